-- What the application's role may do in the database that agentlab_owner owns: work with rows. Said
-- once, for servers (infrastructure/postgres) and for the embedded PostgreSQL. What later tables
-- take away from it again, their migrations say.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO agentlab;

ALTER DEFAULT PRIVILEGES FOR ROLE agentlab_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO agentlab;
ALTER DEFAULT PRIVILEGES FOR ROLE agentlab_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO agentlab;
ALTER DEFAULT PRIVILEGES FOR ROLE agentlab_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE agentlab_owner IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO agentlab;
