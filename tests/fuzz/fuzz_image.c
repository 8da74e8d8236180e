/*
 * A file of ours that went bad, with sums that are right for what is in it: it is mapped or
 * refused, and a pointer leads into it or is NULL. The first bytes say what of the header is taken
 * from the input.
 */
#include "server/image_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Sizes that fit, or those of the input. */
static struct image_header make_header(const uint8_t *data, const char *body, size_t n_bytes)
{
    struct image_header header = {.magic = IMAGE_MAGIC, .key = "key"};
    uint64_t given[4];
    memcpy(given, data + 1, sizeof given);
    header.n_bytes = data[0] & 1 ? given[0] : n_bytes;
    header.bulk = data[0] & 2 ? given[1] : n_bytes / IMAGE_PAGE * IMAGE_PAGE;
    header.pointers = data[0] & 4 ? given[2] : IMAGE_PAGE + 64;
    header.n_pointers = data[0] & 8 ? given[3] : 4;
    if (header.bulk >= IMAGE_PAGE && header.bulk <= n_bytes)
        header.ways_sum = XXH3_64bits(body, header.bulk - IMAGE_PAGE);
    header.sum = XXH3_64bits(&header, offsetof(struct image_header, sum));
    return header;
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    static char file[4 * IMAGE_PAGE];
    enum { HEAD = 33 };
    size_t rest = size - HEAD < sizeof file - IMAGE_PAGE ? size - HEAD : sizeof file - IMAGE_PAGE;
    memset(file, 0, sizeof file);
    memcpy(file + IMAGE_PAGE, data + HEAD, rest);
    struct image_header header = make_header(data, file + IMAGE_PAGE, sizeof file);
    memcpy(file, &header, sizeof header);
    FILE *out = fopen(path, "wbe");
    require(out && fwrite(file, 1, sizeof file, out) == sizeof file && fclose(out) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[] = "/tmp/fuzz-image-XXXXXX";
    static int fd = -1;
    struct aro_error err = {0};
    if (size < 40)
        return 0;
    if (fd < 0)
        require((fd = mkstemp(path)) >= 0);
    write_file(path, data, size);
    struct image *image = image_map(path, "key", IMAGE_KEY_BYTES, &err);
    require(image ? err.status == ARO_OK : err.status == ARO_BAD_INPUT);
    if (image)
        require(image_bytes(image) == 4 * IMAGE_PAGE &&
                *(const volatile char *)image_root(image) == *(const char *)image_root(image));
    image_release(image);
    return 0;
}
