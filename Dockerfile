# One image for web, worker and timetable; docker-compose.yml says which is which.

FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=packages /app/node_modules node_modules
# A secret of the build only: the settings ask for one, and nothing made here depends on it.
RUN PRODUCTION=1 STATIC_ROOT=/static SECRET_KEY="$(head -c 48 /dev/urandom | base64 -w0)" \
    sh -c '/venv/bin/python manage.py translations --compile && /venv/bin/python manage.py collectstatic --noinput -v0'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home innoskole
COPY --from=build /venv /venv
COPY --from=build /static /static
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=1 VAR_DIR=/data STATIC_ROOT=/static
USER innoskole
VOLUME /data
EXPOSE 8000
# The process answers to the host names of ALLOWED_HOSTS only, so the question bears the first of them.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import os, urllib.request as u; \
u.urlopen(u.Request('http://127.0.0.1:8000/health/ready/', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0]}), timeout=4)"]
CMD ["gunicorn", "innoskole.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--max-requests=10000", \
     "--max-requests-jitter=1000", "--access-logfile=-", "--worker-tmp-dir=/dev/shm"]
