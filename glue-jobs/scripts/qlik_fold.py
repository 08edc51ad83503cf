"""Entry script of the job `qlik_fold` (AWS Glue: its script; here: `npm run glue -- qlik_fold`)."""

from farelake_jobs.main import main

if __name__ == "__main__":
    main("qlik_fold")
