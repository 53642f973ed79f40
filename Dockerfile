# TIER 1 on the official image of the pinned Airflow.
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.12
FROM ${AIRFLOW_IMAGE}

COPY requirements.txt /requirements.txt
RUN pip install --no-cache-dir --require-hashes --requirement /requirements.txt

COPY dags /opt/airflow/dags
COPY plugins /opt/airflow/plugins
COPY include /opt/airflow/include
COPY cli /opt/airflow/cli
COPY embedded /opt/airflow/embedded
COPY deploy/worker /opt/airflow/deploy/worker
COPY docs/how-to/runbook.md /opt/airflow/docs/how-to/runbook.md
# The containers' root is read-only: what Python and Airflow would write there has to be there. Volumes take the
# folder's rights from here: group 0 writes, whoever the user is.
USER root
RUN python -m compileall -q /opt/airflow \
    && install --directory --mode=0775 /opt/airflow/logs \
    && touch /opt/airflow/airflow.cfg
USER airflow
# docker-compose.yaml waits for the databases
ENV PYTHONPATH=/opt/airflow NUMBA_CACHE_DIR=/tmp/numba CONNECTION_CHECK_MAX_COUNT=0
