/*
 * Life and death of snapshots: a split reference count.
 *
 * The holder's one atomic word is (slot number, how many references were acquired from it). To
 * acquire is one fetch-and-add: it names the slot and counts the reader in the same step, so a
 * reader never touches a snapshot that it has not counted already. To release is one subtraction
 * from the snapshot's own count, which stands PUBLISHED too high as long as the snapshot is the
 * current one and so cannot reach zero. Publishing exchanges the word, and settles the old
 * snapshot's account: the readers that the word counted, less PUBLISHED. Whoever brings the count
 * to zero frees. A slot is used again only after its snapshot was freed, that is after every
 * reader that the slot's word ever counted has released.
 *
 * Source: the scheme is that of differential reference counting, A. Williams, "C++ Concurrency in
 * Action", 2nd edition, section 7.2.4.
 */
#include "server/snapshot_edit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { N_SLOTS = 64, NO_SLOT = 0, SLOT_SHIFT = 48 };

/* More than the references that there can ever be (48 bits of the word). */
static const long long PUBLISHED = 1LL << 60;

struct slot {
    struct snapshot *snapshot;
    atomic_bool taken;
};

struct snapshot_holder {
    _Atomic uint64_t current; /* slot number << SLOT_SHIFT | references acquired */
    pthread_mutex_t publishing;
    struct slot slots[N_SLOTS]; /* that of NO_SLOT stays empty */
};

static void clear_texts(struct text_block *texts)
{
    packed_free(texts->packed);
    if (texts->mapped_bytes > 0)
        munmap(texts->block, texts->mapped_bytes);
    else
        free(texts->block);
    free(texts->offsets);
}

static void clear_points(struct point_set *points)
{
    free(points->coords);
    free(points->places);
    free(points->hilbert_keys);
    free(points->ids);
    geo_index_free(points->index);
    clear_texts(&points->compact);
    clear_texts(&points->full);
}

static void clear_commune_columns(struct commune_columns *columns)
{
    free(columns->codes);
    free(columns->noms);
    free(columns->populations);
    free(columns->epcis);
    free(columns->departements);
    free(columns->regions);
    free(columns->niveaux);
    free(columns->n_initiatives);
    free(columns->codes_postaux);
    free(columns->sirens);
    free(columns->zones);
    free(columns->by_code);
    clear_texts(&columns->counted);
}

static void clear_territory_points(struct territory_points *territories)
{
    clear_points(&territories->points);
    free(territories->numbers);
    free(territories->positions);
    geo_names_free(territories->names);
}

static void clear_label_columns(struct label_columns *columns)
{
    free(columns->ids);
    free(columns->communes);
    free(columns->annees);
    free(columns->niveaux);
    free(columns->by_id);
}

static void clear_initiative_columns(struct initiative_columns *columns)
{
    free(columns->communes);
    free(columns->usages);
    free(columns->axes);
    free(columns->days);
    free(columns->years);
    free(columns->block_regions);
    free(columns->block_departements);
    free(columns->block_epcis);
    free(columns->theme_bits);
    free(columns->blocks);
    free(columns->by_id);
    clear_texts(&columns->titres);
    geo_words_free(columns->words);
}

/* All that it has of its own, one block after the other. */
static void clear_snapshot(struct snapshot *snapshot)
{
    clear_points(&snapshot->initiatives);
    clear_points(&snapshot->communes);
    clear_points(&snapshot->labels);
    for (int kind = 0; kind < SNAPSHOT_TERRITORY_KINDS; kind++)
        clear_territory_points(&snapshot->territories[kind]);
    clear_initiative_columns(&snapshot->initiative);
    clear_commune_columns(&snapshot->commune);
    clear_label_columns(&snapshot->label);
    free(snapshot->regions);
    free(snapshot->departements);
    free(snapshot->epcis);
    free(snapshot->themes);
    free(snapshot->usage_themes);
    free(snapshot->former_codes);
    snapshot_registry_clear(&snapshot->registry);
    geo_cluster_areas_clear(&snapshot->region_areas);
    geo_cluster_areas_clear(&snapshot->departement_areas);
    free(snapshot->counts.block);
    free(snapshot->counts.offsets);
    geo_names_free(snapshot->commune_names);
    geo_names_free(snapshot->former_names);
    geo_names_free(snapshot->theme_names);
    snapshot_contours_clear(&snapshot->contours);
    text_pool_clear(&snapshot->texts);
    free(snapshot);
}

static void snapshot_free(struct snapshot *snapshot)
{
    atomic_bool *slot_taken = snapshot->slot_taken;
    snapshot_layers_release(snapshot->layers); /* others may share them */
    snapshot_edits_free(snapshot->edits);
    if (snapshot->image)
        image_release(snapshot->image);
    else
        clear_snapshot(snapshot);
    if (slot_taken)
        atomic_store_explicit(slot_taken, false, memory_order_release);
}

static void drop_references(struct snapshot *snapshot, long long n)
{
    if (atomic_fetch_sub_explicit(&snapshot->references, n, memory_order_acq_rel) == n)
        snapshot_free(snapshot);
}

void snapshot_release(const struct snapshot *snapshot)
{
    if (snapshot)
        drop_references((struct snapshot *)snapshot, 1); /* const but for the count */
}

struct snapshot_holder *snapshot_holder_new(struct aro_error *err)
{
    struct snapshot_holder *holder = calloc(1, sizeof *holder);
    if (!holder || pthread_mutex_init(&holder->publishing, NULL) != 0) {
        free(holder);
        aro_error_no_memory(err);
        return NULL;
    }
    return holder;
}

const struct snapshot *snapshot_acquire(struct snapshot_holder *holder)
{
    uint64_t word = atomic_fetch_add_explicit(&holder->current, 1, memory_order_acquire);
    return holder->slots[word >> SLOT_SHIFT].snapshot;
}

/* A free slot; waits in the unlikely case that slow readers hold N_SLOTS - 1 old snapshots. */
static uint64_t take_slot(struct snapshot_holder *holder)
{
    for (;;) {
        for (uint64_t i = NO_SLOT + 1; i < N_SLOTS; i++)
            if (!atomic_exchange_explicit(&holder->slots[i].taken, true, memory_order_acq_rel))
                return i;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

/* Makes the slot the current one and settles what was current before. */
static void exchange_current(struct snapshot_holder *holder, uint64_t slot)
{
    uint64_t word =
        atomic_exchange_explicit(&holder->current, slot << SLOT_SHIFT, memory_order_acq_rel);
    uint64_t old_slot = word >> SLOT_SHIFT;
    long long acquired = (long long)(word & ((UINT64_C(1) << SLOT_SHIFT) - 1));
    if (old_slot != NO_SLOT)
        drop_references(holder->slots[old_slot].snapshot, PUBLISHED - acquired);
}

void snapshot_publish(struct snapshot_holder *holder, struct snapshot *snapshot)
{
    pthread_mutex_lock(&holder->publishing);
    uint64_t slot = take_slot(holder);
    snapshot->slot_taken = &holder->slots[slot].taken;
    holder->slots[slot].snapshot = snapshot;
    /* The caller's one reference becomes the holder's. */
    atomic_fetch_add_explicit(&snapshot->references, PUBLISHED - 1, memory_order_relaxed);
    exchange_current(holder, slot);
    pthread_mutex_unlock(&holder->publishing);
}

size_t snapshot_holder_held(const struct snapshot_holder *holder)
{
    size_t n = 0;
    for (uint64_t i = NO_SLOT + 1; i < N_SLOTS; i++)
        n += atomic_load_explicit(&holder->slots[i].taken, memory_order_relaxed);
    return n;
}

void snapshot_holder_free(struct snapshot_holder *holder)
{
    if (!holder)
        return;
    exchange_current(holder, NO_SLOT);
    pthread_mutex_destroy(&holder->publishing);
    free(holder);
}
