"""Entry script of the job `dmap_load` (AWS Glue: its script; here: `npm run glue -- dmap_load`)."""

from farelake_jobs.main import main

if __name__ == "__main__":
    main("dmap_load")
