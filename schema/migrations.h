/*
 * The migrations of schema/migrations/, embedded by the build. Migration i brings a store from
 * user_version i to i + 1.
 */
#ifndef ARO_SCHEMA_MIGRATIONS_H
#define ARO_SCHEMA_MIGRATIONS_H

extern const char *const schema_migrations[];
extern const int schema_n_migrations;

#endif
