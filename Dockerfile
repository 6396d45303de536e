# The gateway, and nothing that it does not need to run. What it serves is mounted:
#
#   docker build -t bureau-gateway .
#   docker run --read-only --tmpfs /tmp -p 7443:7443 -v data:/var/lib/bureau-gateway \
#       -v ./config:/etc/bureau-gateway:ro -e PROBE="127.0.0.1:7443 --ca /etc/bureau-gateway/ca.pem" \
#       bureau-gateway
#
# gateway.yaml then keeps its stores under /var/lib/bureau-gateway, the one place to write. It is
# the working directory too, for the protected log where the ledger is in PostgreSQL.
FROM python:3.12-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/bureau-gateway
WORKDIR /src
# The dependencies first: they change less often than the sources.
COPY requirements/core.txt requirements/core.txt
RUN /opt/bureau-gateway/bin/pip install --require-hashes -r requirements/core.txt
COPY . .
RUN python -m pip wheel --no-deps --wheel-dir /wheels . \
    && /opt/bureau-gateway/bin/pip install --no-deps /wheels/*.whl

FROM python:3.12-slim

ENV PATH=/opt/bureau-gateway/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home gateway \
    && install -d -o gateway -g gateway /var/lib/bureau-gateway
COPY --from=build /opt/bureau-gateway /opt/bureau-gateway
WORKDIR /var/lib/bureau-gateway
VOLUME /var/lib/bureau-gateway
USER 10001
EXPOSE 7443
# The arguments of the probe: where, and by which certificates (--help says more).
ENV PROBE=127.0.0.1:7443
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD python -m gateway.rpc.probe $PROBE
# Not through a shell: SIGTERM must reach the gateway itself, which then drains.
ENTRYPOINT ["bureau-gateway"]
CMD ["serve", "/etc/bureau-gateway"]
