# One image for web and scheduler: `ioc up` by default, or `ioc serve` and `ioc schedule` as two containers.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/ioc/.venv/bin:$PATH \
    IOC_CONFIG=/etc/ioc/config.yaml \
    IOC_STORE=/var/lib/ioc

RUN useradd --system --uid 10001 --home-dir /var/lib/ioc --create-home --shell /usr/sbin/nologin ioc

WORKDIR /opt/ioc
RUN python3 -m venv .venv

# the packages before the code: they change less often
COPY requirements.lock ./
RUN .venv/bin/python -m pip -qq --disable-pip-version-check --no-input install --no-cache-dir --require-hashes -r requirements.lock

COPY . .
RUN .venv/bin/python -m pip -qq --disable-pip-version-check --no-input install --no-cache-dir --no-deps --no-build-isolation -e .

USER 10001
VOLUME /var/lib/ioc
EXPOSE 8050

# a container that runs only the scheduler is started with --no-healthcheck
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8050/healthz', timeout=4)"]

CMD ["ioc", "up"]
