#include "geo/json.h"
#include "schema/tileset_inside.h"

#include <string.h>

void tileset_key(const void *bytes, size_t len, char out_key[TILESET_KEY_BYTES])
{
    /* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ (public domain). */
    const unsigned char *byte = bytes;
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001B3);
    uint32_t short_len = (uint32_t)len;
    memcpy(out_key, &hash, sizeof hash);
    memcpy(out_key + sizeof hash, &short_len, sizeof short_len);
}

static void put_member(struct aro_buffer *out, const char *name, const char *value)
{
    if (!*value)
        return;
    aro_json_text(out, name);
    aro_buffer_char(out, ':');
    aro_json_text(out, value);
    aro_buffer_char(out, ',');
}

static void put_layers(const struct schema_tileset *about, struct aro_buffer *out)
{
    aro_buffer_text(out, "\"vector_layers\":");
    aro_buffer_text(out, about->vector_layers);
    aro_buffer_char(out, '}');
}

void tileset_write_json(const struct schema_tileset *about, struct aro_buffer *out)
{
    aro_buffer_char(out, '{');
    put_member(out, "name", about->name);
    put_member(out, "description", about->description);
    put_member(out, "attribution", about->attribution);
    put_member(out, "type", "overlay");
    put_layers(about, out);
}

void tileset_write_layers(const struct schema_tileset *about, struct aro_buffer *out)
{
    aro_buffer_char(out, '{');
    put_layers(about, out);
}
