# The base image carries a full version; append @sha256:... to pin its content as well.
# Every package in it comes from the hashed lock; the Korean fonts of the reports are Debian's.
ARG BASE=python:3.12.12-slim-bookworm

FROM ${BASE} AS packages
COPY requirements-production.lock /
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    --only-binary=:all: -r /requirements-production.lock

FROM ${BASE}
# Faust makes a folder for tables it does not keep here: /tmp is the one place that can be written.
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 APP_DATADIR=/tmp/faust
RUN apt-get update && apt-get install -y --no-install-recommends fonts-nanum && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin bomnae \
 && install -d -o bomnae -g bomnae /network /recordings /photos /snapshots /history /published /tls
COPY --from=packages /venv /venv
COPY streams /app/streams
COPY producers /app/producers
COPY maps /app/maps
RUN python -m compileall -q /app
USER 10001:10001
WORKDIR /tmp
CMD ["python", "-m", "producers", "--help"]
