"""Runs plans on Spark. What a plan is: packages/plan/src/plan.ts. It commits nothing."""
