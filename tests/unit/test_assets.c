#include "server/assets.h"
#include "tests/unit/check.h"

#include <string.h>

static void table_is_in_order_and_each_is_found(void **state)
{
    (void)state;
    int failures = 0;
    assert_true(n_assets > 0);
    for (size_t i = 0; i < n_assets; i++) {
        const struct asset *asset = &asset_table[i];
        CHECK(failures, asset->path, i == 0 || strcmp(asset_table[i - 1].path, asset->path) < 0);
        CHECK(failures, asset->path, asset_find(asset->path) == asset);
        CHECK(failures, asset->path, asset->plain && asset->plain_len > 0);
        CHECK(failures, asset->path, strlen(asset->hash) == 16);
        CHECK(failures, asset->path,
              asset->gzip ? asset->gzip_len < asset->plain_len : asset->gzip_len == 0);
        CHECK(failures, asset->path,
              asset->brotli ? asset->brotli_len < asset->plain_len : asset->brotli_len == 0);
    }
    assert_int_equal(failures, 0);
}

static void bytes_are_where_the_table_says(void **state)
{
    (void)state;
    int failures = 0;
    const struct asset *page = asset_find("index.html");
    assert_non_null(page);
    CHECK(failures, "page begins", memcmp(page->plain, "<!doctype html>", 15) == 0);
    CHECK(failures, "page ends", memcmp(page->plain + page->plain_len - 8, "</html>\n", 8) == 0);
    for (size_t i = 0; i < n_assets; i++)
        CHECK(failures, asset_table[i].path,
              !asset_table[i].gzip || memcmp(asset_table[i].gzip, "\x1f\x8b\x08", 3) == 0);
    assert_int_equal(failures, 0);
}

static void unknown_paths_have_no_asset(void **state)
{
    (void)state;
    static const char *const paths[] = {"",       "/",  "index.htm", "index.html/", "../assets.c",
                                        "vendor", "zzz"};
    int failures = 0;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        CHECK(failures, paths[i], !asset_find(paths[i]));
    assert_int_equal(failures, 0);
}

/* The hash of a link is the hash of what it names: else a browser would keep an old file for ever.
 */
static void links_of_the_page_carry_hashes(void **state)
{
    (void)state;
    int failures = 0, n_links = 0;
    const struct asset *page = asset_find("index.html");
    assert_non_null(page);
    const char *text = (const char *)page->plain, *end = text + page->plain_len;
    while ((text = memmem(text, (size_t)(end - text), "=\"assets/", 9))) {
        char path[128] = "", hash[32] = "";
        text += 9;
        int n = sscanf(text, "%127[^?\"]?v=%31[0-9a-f]", path, hash);
        const struct asset *asset = asset_find(path);
        CHECK(failures, path, n == 2 && asset && strcmp(asset->hash, hash) == 0);
        n_links++;
    }
    assert_true(n_links >= 4);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_in_order_and_each_is_found),
        cmocka_unit_test(bytes_are_where_the_table_says),
        cmocka_unit_test(unknown_paths_have_no_asset),
        cmocka_unit_test(links_of_the_page_carry_hashes),
    };
    return cmocka_run_group_tests_name("assets", tests, NULL, NULL);
}
