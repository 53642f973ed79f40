# TIER 1 on the official image of the pinned Airflow.
FROM apache/airflow:3.3.2-python3.12

COPY requirements.txt /requirements.txt
RUN pip install --no-cache-dir --require-hashes --requirement /requirements.txt

COPY dags /opt/airflow/dags
COPY plugins /opt/airflow/plugins
COPY include /opt/airflow/include
COPY cli /opt/airflow/cli
COPY embedded /opt/airflow/embedded
ENV PYTHONPATH=/opt/airflow NUMBA_CACHE_DIR=/tmp/numba
