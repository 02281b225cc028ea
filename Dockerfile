# The hub in one image: every role is this image with another command (up, web, work, poll, bot).
# Packages come by hash from deploy/requirements.lock; the process is not root and keeps
# everything it must not lose in /var/lib/hub.

FROM debian:12-slim AS build

RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /src
RUN python3 -m venv /opt/hub

# The packages change seldom, the project often: two layers.
COPY deploy/requirements.lock deploy/requirements.lock
RUN /opt/hub/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: --requirement deploy/requirements.lock

COPY . .
RUN /opt/hub/bin/pip install --no-cache-dir --disable-pip-version-check \
        --no-index --no-deps --no-build-isolation . \
    && /opt/hub/bin/pip uninstall --yes setuptools pip


FROM debian:12-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/hub --shell /usr/sbin/nologin hub \
    && install --directory --owner hub --group hub --mode 0700 /var/lib/hub

COPY --from=build /opt/hub /opt/hub

ENV PATH=/opt/hub/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HUB_DATA=/var/lib/hub \
    HUB_HOST=0.0.0.0 \
    HUB_PORT=8080

USER hub
VOLUME /var/lib/hub
EXPOSE 8080

# Only asks whether the process answers: a database that is away must not restart the hub.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]

STOPSIGNAL SIGTERM
ENTRYPOINT ["hub"]
CMD ["up"]
