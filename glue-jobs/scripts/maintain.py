"""Entry script of the job `maintain` (AWS Glue: its script; here: `npm run glue -- maintain`)."""

from farelake_jobs.main import main

if __name__ == "__main__":
    main("maintain")
