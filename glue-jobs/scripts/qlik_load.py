"""Entry script of the job `qlik_load` (AWS Glue: its script; here: `npm run glue -- qlik_load`)."""

from farelake_jobs.main import main

if __name__ == "__main__":
    main("qlik_load")
