"""All settings. Values that vary come from the environment (or .env); the defaults run on a laptop."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bookimg.environment import env, flag, kept_secret, rate, read_address, read_choice, read_number, read_ports, read_setting
from bookimg.error_reports import report_errors
from bookimg.static_files import static_version
from jobs.tracing import start_tracing

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is in it is for this system user alone
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DEBUG = flag("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(DATA_DIR / "secret.key")

# The address of the site. If it is https, secure cookies, redirects and HSTS are turned on.
PUBLIC_URL = read_address("PUBLIC_URL", "")
PUBLIC_PATH = urlsplit(PUBLIC_URL).path  # such as /books, which the proxy removes
PUBLIC_ORIGIN = PUBLIC_URL.removesuffix(PUBLIC_PATH)
FORCE_SCRIPT_NAME = PUBLIC_PATH or None
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{PUBLIC_PATH}/"
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = read_setting("ALLOWED_HOSTS", "list", [] if HTTPS else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read_setting("CSRF_TRUSTED_ORIGINS", "list", [PUBLIC_ORIGIN] if PUBLIC_URL else [])
if PUBLIC_URL and urlsplit(PUBLIC_URL).hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(PUBLIC_URL).hostname]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
COOKIE_PREFIX = ("__Secure-" if PUBLIC_PATH else "__Host-") if HTTPS else ""  # the latter only for the whole host
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
# Proxies that are believed about the client's address and scheme: addresses or networks.
TRUSTED_PROXIES = read_setting("TRUSTED_PROXIES", "list", ["127.0.0.1", "::1"])
if "*" in TRUSTED_PROXIES:
    raise ImproperlyConfigured("TRUSTED_PROXIES must be addresses or networks such as 10.0.0.0/8: with *, clients forge theirs")

INSTALLED_APPS = [
    # From the ground up: each app registers what it adds to those before it.
    "backups",
    "jobs",
    "catalogs",
    "accounts",
    "library",
    "scanning",
    "chat",
    "transfer",
    "api",
    "bookimg",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "corsheaders",
    "django_q",
]
MIDDLEWARE = [
    "bookimg.logging.RequestLogMiddleware",
    "bookimg.health.ProbesMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "bookimg.compression.CompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bookimg.time_zones.TimeZoneMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.personal_pages.PersonalPagesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.full_disk.FullDiskMiddleware",
    "api.root.ApiMiddleware",
]
ROOT_URLCONF = "bookimg.urls"
ASGI_APPLICATION = "bookimg.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["bookimg.templatetags.icons"],
        },
    }
]

# ── Data ────────────────────────────────────────────────────────────────────────────────────────────────────────────
try:
    DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'bookimg.sqlite3'}")}
    on_sqlite = "sqlite3" in DATABASES["default"]["ENGINE"]
except (ValueError, KeyError, ImproperlyConfigured) as error:
    raise ImproperlyConfigured("DATABASE_URL is not a database address such as postgres://user:key@host/name") from error
if password := env.str("DATABASE_PASSWORD", default=""):
    DATABASES["default"]["PASSWORD"] = password
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if on_sqlite:
    # Web and workers write concurrently: WAL with IMMEDIATE transactions and a long timeout gave no lock errors; WAL alone did.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# In the database, so that all processes share lock-outs and catalogue responses, and keep them after a restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # The worker's guard process writes its state twice a second, and nobody reads it.
    "unread": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
AWS_REGION = env.str("AWS_REGION", default="us-east-1")
# boto3 reads these, too, and more of them for other services.
AWS_ENDPOINT_URL = read_address("AWS_ENDPOINT_URL", "")
AWS_ENDPOINT_URL_S3 = read_address("AWS_ENDPOINT_URL_S3", "")
STORAGE = read_choice("STORAGE", ("local", "s3"))
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_RESULTS_BUCKET = env.str("S3_RESULTS_BUCKET", default="")  # for results; empty: S3_BUCKET
S3_PUBLIC_URL = read_address("S3_PUBLIC_URL", "")  # the address for browsers, if it is not ours
if STORAGE == "s3" and not S3_BUCKET:
    raise ImproperlyConfigured("S3_BUCKET must name the bucket for photos if STORAGE=s3")
FILES = {
    "local": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None},
    },
    "s3": {
        "BACKEND": "bookimg.s3_storage.Buckets",
        "OPTIONS": {"bucket": S3_BUCKET, "results_bucket": S3_RESULTS_BUCKET, "region": AWS_REGION, "public_url": S3_PUBLIC_URL},
    },
}
if AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3:
    FILES["s3"]["OPTIONS"]["addressing"] = "path"
STORAGES = {"default": FILES[STORAGE], "staticfiles": {"BACKEND": "bookimg.static_files.KnownAddresses"}}
BACKUP_TO = env.str("BACKUP_TO", default="")  # a folder or s3://bucket/folder
BACKUP_KEY = env.str("BACKUP_KEY", default="")  # the public key that backups are encrypted with; empty: they are not
BACKUP_KEEP_DAILY = read_number("BACKUP_KEEP_DAILY", 7, least=0)
BACKUP_KEEP_WEEKLY = read_number("BACKUP_KEEP_WEEKLY", 4, least=0)
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_URL = f"{PUBLIC_PATH}/static/" if DEBUG else f"{PUBLIC_PATH}/static/{static_version(STATICFILES_DIRS[0])}/"
WHITENOISE_USE_FINDERS = True  # no collectstatic
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[0-9a-f]{12}/"  # kept by browsers for good, because any change makes a new address

# ── People ──────────────────────────────────────────────────────────────────────────────────────────────────────────
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_REDIRECT_URL = "library"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = read_choice("EMAIL_VERIFICATION", ("optional", "mandatory", "none"))
SIGN_UP = read_choice("SIGN_UP", ("open", "invitation", "closed"))
ACCOUNT_ADAPTER = "accounts.sign_up.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = "strict"  # neither sign-up nor a reset tells whether an address has an account
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before changes to email addresses
ACCOUNT_EMAIL_NOTIFICATIONS = True  # about changes to the password, addresses and second factors
ACCOUNT_FORMS = {
    "change_password": "accounts.password_forms.ChangePasswordForm",
    "set_password": "accounts.password_forms.SetPasswordForm",
    "reset_password_from_key": "accounts.password_forms.ResetPasswordKeyForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[BookImg] "
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an installation at home may have no mail server
MFA_TOTP_ISSUER = "BookImg"
MFA_TOTP_TOLERANCE = 1  # the clocks of phones and servers may be half a minute apart
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers only allow it for localhost
USERSESSIONS_TRACK_ACTIVITY = False  # it would write a row for every picture on a page
# Single sign-on, in addition to passwords.
OIDC_ISSUER = read_address("OIDC_ISSUER", "")
OIDC_NAME = env.str("OIDC_NAME", default="your organisation")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    raise ImproperlyConfigured("OIDC_CLIENT_ID must be set if OIDC_ISSUER is")
OIDC_APP = {
    "provider_id": "oidc",
    "name": OIDC_NAME,
    "client_id": OIDC_CLIENT_ID,
    "secret": env.str("OIDC_CLIENT_SECRET", default=""),
    "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True, "email_authentication": True},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC_APP] if OIDC_ISSUER else []}}
SOCIALACCOUNT_ADAPTER = "accounts.oidc.Adapter"
SOCIALACCOUNT_EMAIL_REQUIRED = False  # addresses that the issuer has not verified are ignored
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
try:
    EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
except (ValueError, KeyError, ImproperlyConfigured) as error:
    raise ImproperlyConfigured("EMAIL_URL must be the address of a mail server, such as smtp+tls://user:key@host:587") from error
vars().update(EMAIL_CONFIG)
DEMO = flag("DEMO", True)  # an account with a drawn shelf, created at the very first start
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="BookImg <bookimg@localhost>")

# ── Programs ────────────────────────────────────────────────────────────────────────────────────────────────────────
RATE_LIMIT = rate("RATE_LIMIT", "100/m")  # for each person, across all tokens and processes
RATE_LIMIT_SCANS = rate("RATE_LIMIT_SCANS", "30/m")
RATE_LIMIT_CHAT = rate("RATE_LIMIT_CHAT", "10/m")
JWT_ISSUER = read_address("JWT_ISSUER", "")  # another issuer whose tokens are accepted, such as a Cognito user pool
JWT_AUDIENCE = env.str("JWT_AUDIENCE", default="")
JWT_JWKS_URL = read_address("JWT_JWKS_URL", f"{JWT_ISSUER}/.well-known/jwks.json" if JWT_ISSUER else "")
if JWT_ISSUER and not JWT_AUDIENCE:
    raise ImproperlyConfigured("JWT_AUDIENCE must be set if JWT_ISSUER is; otherwise tokens for any audience would be accepted")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# A folder for each machine or container, because process ids are only unique there. Read when prometheus_client is imported.
METRICS_DIR = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(DATA_DIR / "metrics" / socket.gethostname()))
Path(METRICS_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
SOCKET_SECONDS = 30  # how often the authentication of open websockets is checked again
WEBHOOKS_PRIVATE = flag("WEBHOOKS_PRIVATE", False)  # whether webhooks may reach the server's own network
WEBHOOK_PORTS = read_ports("WEBHOOK_PORTS", ["80", "443"])
CORS_ALLOWED_ORIGINS = read_setting("CORS_ORIGINS", "list", [])
CORS_URLS_REGEX = r"^/(api|uploads|opds)/"
RATE_HEADERS = [f"RateLimit-{name}" for name in ("Limit", "Remaining", "Reset")]
CORS_EXPOSE_HEADERS = ["ETag", "Location", *RATE_HEADERS, "Retry-After", "X-Request-Id"]

# ── Scanning ────────────────────────────────────────────────────────────────────────────────────────────────────────
OCR = read_choice("OCR", ("local", "textract"), dotted=True)
PROPOSER = read_choice("PROPOSER", ("rules", "bedrock", "openai"), dotted=True)
PROPOSER_URL = read_address("PROPOSER_URL", "http://localhost:11434/v1")
PROPOSER_MODEL = env.str("PROPOSER_MODEL", default="")
PROPOSER_KEY = env.str("PROPOSER_KEY", default="")
if PROPOSER == "openai" and not PROPOSER_MODEL:
    raise ImproperlyConfigured("PROPOSER_MODEL must name a model at PROPOSER_URL if PROPOSER=openai")
BEDROCK_MODEL_ID = env.str("BEDROCK_MODEL_ID", default="global.anthropic.claude-haiku-5-5")
BEDROCK_USD_PER_MILLION_IN = read_setting("BEDROCK_USD_PER_MILLION_IN", "float", 0.10)  # the price of that model
BEDROCK_USD_PER_MILLION_OUT = read_setting("BEDROCK_USD_PER_MILLION_OUT", "float", 0.50)
CLOUD_FALLBACK = read_choice("CLOUD_FALLBACK", ("local", "off"), dotted=True)  # if Textract or Bedrock fails
SECOND_LOOK = read_choice("SECOND_LOOK", ("auto", "off", "textract", "bedrock", "openai"))  # the engine for second looks
if SECOND_LOOK == "openai" and not PROPOSER_MODEL:
    raise ImproperlyConfigured("PROPOSER_MODEL must name a model at PROPOSER_URL if SECOND_LOOK=openai")
CLOUD_SECONDS = read_number("CLOUD_SECONDS", 100)  # how long to wait for one response
SCAN_MONTHLY_USD = read_setting("SCAN_MONTHLY_USD", "float", 0.0)  # for each person; 0: no limit
CATALOG_NAMES = ("local", "open_library", "google_books")
CATALOGS = read_setting("CATALOGS", "list", list(CATALOG_NAMES))
if unknown := [name for name in CATALOGS if name not in CATALOG_NAMES and "." not in name]:
    raise ImproperlyConfigured(f"CATALOGS may contain {', '.join(CATALOG_NAMES)} or dotted paths, not {unknown[0]!r}")
OPEN_LIBRARY_URL = read_address("OPEN_LIBRARY_URL", "https://openlibrary.org")
GOOGLE_BOOKS_URL = read_address("GOOGLE_BOOKS_URL", "https://www.googleapis.com")
GOOGLE_BOOKS_API_KEY = env.str("GOOGLE_BOOKS_API_KEY", default="")
COVERS = read_choice("COVERS", ("fetch", "off"), dotted=True)  # whether cover pictures are downloaded
# Outside catalogues want to know who calls them: https://openlibrary.org/developers/api
CONTACT = env.str("CONTACT", default="")
VERSION = "0.1.0"  # as in pyproject.toml; sent to outside services
SCAN_MAX_MB = read_number("SCAN_MAX_MB", 25)
SCAN_MAX_MEGAPIXELS = read_number("SCAN_MAX_MEGAPIXELS", 80)
SCAN_DAILY_LIMIT = read_number("SCAN_DAILY_LIMIT", 0, least=0)  # photos per person in 24 hours; 0: no limit
SCAN_STORAGE_MB = read_number("SCAN_STORAGE_MB", 0, least=0)  # for the photos of a person; 0: no limit
IMPORT_MAX_MB = read_number("IMPORT_MAX_MB", 500)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# ── Work in the background ──────────────────────────────────────────────────────────────────────────────────────────
BROKER = read_choice("BROKER", ("orm", "redis", "sqs"))
REDIS_URL = env.str("REDIS_URL", default="")
if BROKER == "redis" and not REDIS_URL.startswith(("redis://", "rediss://")):
    raise ImproperlyConfigured("REDIS_URL must be an address such as redis://localhost:6379/0 if BROKER=redis")
SQS_QUEUE = env.str("SQS_QUEUE", default="bookimg")
INGEST_QUEUE = env.str("INGEST_QUEUE", default="")  # where S3 announces photos from other programs
SNS_TOPIC_ARN = env.str("SNS_TOPIC_ARN", default="")
STAGE_QUEUES = read_setting("STAGE_QUEUES", "list", [])  # scan stages with queues and workers of their own
if unknown := [name for name in STAGE_QUEUES if name not in ("read", "propose", "validate")]:
    raise ImproperlyConfigured(f"STAGE_QUEUES may contain read, propose and validate, not {unknown[0]!r}")
WORKERS = read_number("WORKERS", 1)
LEASE_SECONDS = read_number("LEASE_SECONDS", 30)
TASK_TIMEOUT = 300
Q_CLUSTER = {
    "name": "bookimg",
    "workers": WORKERS,
    "timeout": TASK_TIMEOUT,
    "retry": TASK_TIMEOUT * 2 + 30,  # the lock starts when a task is fetched, not when it starts
    "queue_limit": WORKERS,
    "bulk": 1,
    "poll": 0.2,
    "ack_failures": True,  # our own tables count the attempts
    "save_limit": 200,
    "catch_up": False,
    "cache": "unread",
    "label": "Background work",
}
Q_CLUSTER |= {
    "orm": {"orm": "default", "broker_class": "jobs.orm_broker.OrmQueue"},
    "redis": {"redis": REDIS_URL},
    "sqs": {
        "name": SQS_QUEUE,
        "broker_class": "jobs.sqs_broker.SqsQueue",
        # How long a poll waits for a message. A worker that is asked to stop waits for the poll.
        "sqs": {"aws_region": AWS_REGION, "receive_message_wait_time_seconds": 5},
    },
}[BROKER]
# Their names; "": everything else.
QUEUES = {"": Q_CLUSTER["name"]} | {stage: f"{Q_CLUSTER['name']}-{stage}" for stage in STAGE_QUEUES}

# ── Search and chat ─────────────────────────────────────────────────────────────────────────────────────────────────
EMBEDDER = read_choice("EMBEDDER", ("local", "hash", "bedrock", "voyage", "openai"), dotted=True)
EMBEDDING_MODEL = env.str("EMBEDDING_MODEL", default="")  # empty: the embedder's default
EMBEDDING_URL = read_address("EMBEDDING_URL", "")
EMBEDDING_KEY = env.str("EMBEDDING_KEY", default="")
CHAT_MODEL = env.str("CHAT_MODEL", default="")  # empty: the built-in planner; or bedrock:MODEL, openai:MODEL
if CHAT_MODEL and not CHAT_MODEL.startswith(("bedrock:", "openai:")) and "." not in CHAT_MODEL:
    raise ImproperlyConfigured(f"CHAT_MODEL must begin with bedrock: or openai:, or be a dotted path, not {CHAT_MODEL!r}")
CHAT_URL = read_address("CHAT_URL", "https://api.openai.com/v1")
CHAT_KEY = env.str("CHAT_KEY", default="")
CHAT_TTL_HOURS = read_number("CHAT_TTL_HOURS", 4)
CHAT_MAX_STEPS = read_number("CHAT_MAX_STEPS", 8)
CHAT_MAX_SECONDS = read_number("CHAT_MAX_SECONDS", 30)
CHAT_MAX_USD = read_setting("CHAT_MAX_USD", "float", 0.10)  # for one answer
CHAT_USD_PER_MILLION_IN = read_setting("CHAT_USD_PER_MILLION_IN", "float", 3.0)  # the price of the model, for the limit above
CHAT_USD_PER_MILLION_OUT = read_setting("CHAT_USD_PER_MILLION_OUT", "float", 15.0)

# ── Language, security, logging ─────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
try:
    ZoneInfo(TIME_ZONE)
except (ValueError, ZoneInfoNotFoundError) as error:
    raise ImproperlyConfigured(f"TIME_ZONE must be a zone such as Europe/London, not {TIME_ZONE!r}") from error
USE_TZ = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],  # covers come from our own storage, so no catalogue learns who looks at what
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
LOG_FORMAT = read_choice("LOG_FORMAT", ("text", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname).1s %(name)s: %(message)s", "datefmt": "%H:%M:%S"},
        "json": {"()": "bookimg.logging.JsonFormatter"},
    },
    "filters": {"messages": {"()": "bookimg.logging.MessageFilter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["messages"]},
        "measurements": {"class": "bookimg.measurements.MeasuringHandler"},
        "traces": {"class": "jobs.tracing.TracingHandler"},
    },
    "root": {"handlers": ["console", "measurements", "traces"], "level": "INFO"},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "django-q": {"level": "WARNING", "handlers": ["console"], "propagate": False},
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "RapidOCR": {"level": "WARNING"},
    },
}
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    report_errors(SENTRY_DSN, VERSION)
OTEL_EXPORTER_OTLP_ENDPOINT = read_address("OTEL_EXPORTER_OTLP_ENDPOINT", "")
if OTEL_EXPORTER_OTLP_ENDPOINT:
    start_tracing(VERSION)
