#include "geo/spelling.h"
#include "tests/unit/check.h"

#include <string.h>

static const struct {
    const char *word, *want;
} nearest_cases[] = {
    {"boox", "bbox"},
    {"bbx", "bbox"},
    {"bobx", "bbox"},
    {"BBOX", NULL},
    {"lmit", "limit"},
    {"limits", "limit"},
    {"comune", "commune"},
    {"communes", "commune"},
    {"offfset", "offset"},
    {"xyz", NULL},
    {"", NULL},
    {"q", NULL},
    {"department", "departement"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
};

static void finds_the_nearest(void **state)
{
    (void)state;
    int failures = 0;
    const char *names[] = {"bbox", NULL, "commune", "departement", "limit", "offset"};
    for (size_t i = 0; i < sizeof nearest_cases / sizeof *nearest_cases; i++) {
        const char *found = geo_spelling_nearest(nearest_cases[i].word, names, 6);
        const char *want = nearest_cases[i].want;
        CHECK(failures, nearest_cases[i].word, want ? found && strcmp(found, want) == 0 : !found);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_the_nearest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
