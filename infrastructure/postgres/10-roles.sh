#!/bin/bash
# Runs once, in an empty data folder. Who may do what:
#
#   postgres          everything, on this machine; over the network only with its password
#   agentlab_owner    owns the database and its schema: migrations
#   agentlab          the rows, and nothing else: api and worker
#   agentlab_reader   reads everything, writes nothing: backups
#
# Passwords travel through the environment of psql: its command line could be read by others.
set -euo pipefail
umask 077

secret() {
  cat "/run/secrets/postgres_$1_password"
}

OWNER_PASSWORD=$(secret owner)
APP_PASSWORD=$(secret app)
READER_PASSWORD=$(secret reader)
export OWNER_PASSWORD APP_PASSWORD READER_PASSWORD

psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv reader_password READER_PASSWORD
\getenv database POSTGRES_DB
-- The server must not write passwords into its log.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';

CREATE ROLE agentlab_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE agentlab LOGIN PASSWORD :'app_password';
CREATE ROLE agentlab_reader LOGIN PASSWORD :'reader_password';

-- A migration that waits for a lock makes everybody behind it wait, too.
ALTER ROLE agentlab_owner SET lock_timeout = '5s';
ALTER ROLE agentlab SET statement_timeout = '60s';
ALTER ROLE agentlab SET lock_timeout = '10s';
ALTER ROLE agentlab SET idle_in_transaction_session_timeout = '60s';
GRANT pg_read_all_data TO agentlab_reader;
ALTER ROLE agentlab_reader SET default_transaction_read_only = on;

ALTER DATABASE :"database" OWNER TO agentlab_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO agentlab, agentlab_reader;

\connect :"database"
CREATE EXTENSION vector;
\i /etc/agentlab/application_rights.sql
GRANT USAGE ON SCHEMA public TO agentlab_reader;
SQL
