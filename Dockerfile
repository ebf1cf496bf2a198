# Banken in a container: one volume, no root, a file system that can be read only.
# docker build -t banken . && docker compose up -d
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE config.example.yaml ./
COPY daemon daemon
COPY rules rules
COPY docs docs
RUN python -m venv /opt/banken \
 && /opt/banken/bin/pip install --no-cache-dir -c constraints.txt '.[metrics,notify,oauth]'

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --shell /usr/sbin/nologin banken \
 && install -d -o banken -g banken -m 0700 /data
COPY --from=build /opt/banken /opt/banken
ENV PATH=/opt/banken/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BANKEN_CONFIG=/config/config.yaml
USER 10001
VOLUME /data
# Well only while every account was looked at within three intervals.
HEALTHCHECK --interval=5m --timeout=30s --start-period=2m --retries=2 CMD ["banken", "status"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["banken"]
CMD ["run", "--log", "json"]
