"""The app behind the pages: its routes are in `routes/`, by resource."""

from fastapi import FastAPI

from tier1_page.routes import dag, report, run, runbook, runs, workers

app = FastAPI(title="TIER 1", openapi_url=None)  # no description of itself for strangers
app.include_router(runs.router)
app.include_router(dag.router)
app.include_router(run.router)
app.include_router(report.router)
app.include_router(runbook.router)
app.include_router(workers.router)
