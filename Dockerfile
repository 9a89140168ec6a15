# Опора: one image for web, worker, scheduler and the preparing job.
FROM python:3.11-slim

# `--build-arg LIBREOFFICE=1` adds PDF output (300 MB); papers are DOCX without it.
ARG LIBREOFFICE=0
RUN if [ "$LIBREOFFICE" = 1 ]; then \
        apt-get update \
        && apt-get install -y --no-install-recommends libreoffice-writer-nogui fonts-liberation \
        && rm -rf /var/lib/apt/lists/*; \
    fi

RUN useradd --system --uid 10001 --create-home --home-dir /srv/opora opora
WORKDIR /srv/opora

COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY app.py pyproject.toml ./
COPY app ./app
COPY migrations ./migrations
COPY workflows ./workflows
COPY document_templates ./document_templates

RUN mkdir -p var/files && chown -R opora:opora var
VOLUME /srv/opora/var
USER opora
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000
EXPOSE 8000
ENTRYPOINT ["python", "app.py"]
CMD ["serve"]
