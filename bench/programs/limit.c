/* What a ladder costs at the least: libjpeg-turbo from plane to plane, one thread.
 *
 * The same steps as ours (the plan says which), the same filter (Lanczos, three lobes),
 * and nothing else: no check of the file, no facts, no sandbox. Both passes of the
 * scaling run over columns of 64 rows, so that the compiler's vectors are always full.
 *
 * Reads lines "PHOTO PLAN" from standard input; answers each with the bytes it made.
 * With a folder as its argument it leaves the pictures there.
 * Needs no headers of libjpeg-turbo: these are the calls of its 2.x interface.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void *tjhandle;
tjhandle tjInitCompress(void);
tjhandle tjInitDecompress(void);
int tjDecompressHeader3(tjhandle, const uint8_t *, unsigned long, int *, int *, int *, int *);
int tjDecompressToYUVPlanes(tjhandle, const uint8_t *, unsigned long, uint8_t **, int, int *,
                            int, int);
int tjCompressFromYUVPlanes(tjhandle, const uint8_t **, int, const int *, int, int,
                            uint8_t **, unsigned long *, int, int);
unsigned long tjBufSize(int, int, int);
char *tjGetErrorStr2(tjhandle);

enum { S420 = 2, NO_REALLOC = 1024, STRICT = 8192, QUALITY = 85 };
enum { LANES = 64, CHUNK = 128, MOST = 32, TAPS_AT_ONCE = 4 };

static void fail(const char *told) {
    fprintf(stderr, "limit: %s\n", told);
    exit(1);
}

/* Memory is kept from photo to photo: a block per use, grown when needed. */
typedef struct { void *at; size_t size; } Block;

static void *room(Block *block, size_t size) {
    if (block->size < size) {
        free(block->at);
        block->size = (size + 4095) / 4096 * 4096;
        block->at = aligned_alloc(64, block->size);
        if (!block->at) fail("out of memory");
    }
    return block->at;
}

typedef struct { uint8_t *at; int stride, width, height; Block block; } Plane;

static void shape(Plane *plane, int width, int height) {
    plane->width = width, plane->height = height;
    plane->stride = (width + 64) / 64 * 64;
    plane->at = room(&plane->block, (size_t)plane->stride * (height + 1) + 2 * CHUNK);
}

/* The weights of a filter for each output pixel, in 1/32768, and where they start. */
typedef struct { int taps, *start; int16_t *weights; Block blocks[3]; } Kernel;

/* A sine from step to step, by the addition theorem: no call of sin for each weight. */
typedef struct { double before, now, twice; } Wave;

static Wave wave(double at, double step) {
    return (Wave){sin(M_PI * (at - step)), sin(M_PI * at), 2 * cos(M_PI * step)};
}

static void turn_on(Wave *wave) {
    double next = wave->twice * wave->now - wave->before;
    wave->before = wave->now, wave->now = next;
}

static double lanczos(double x, double sines) {
    if (fabs(x) < 1e-6) return 1;
    return fabs(x) < 3 ? 3 * sines / (M_PI * M_PI * x * x) : 0;
}

static void weigh(Kernel *kernel, int length, double first, double span, int out) {
    double scale = span / out, wide = scale < 1 ? 1 : scale, reach = 3 * wide, step = 1 / wide;
    int taps = (int)ceil(reach * 2) + 1;
    taps = (taps + TAPS_AT_ONCE - 1) / TAPS_AT_ONCE * TAPS_AT_ONCE;
    if (taps > length) taps = length;
    kernel->taps = taps;
    kernel->start = room(&kernel->blocks[0], (size_t)out * sizeof(int));
    kernel->weights = room(&kernel->blocks[1], (size_t)out * taps * sizeof(int16_t));
    double *raw = room(&kernel->blocks[2], taps * sizeof(double));
    for (int i = 0; i < out; i++) {
        double centre = first + (i + .5) * scale, sum = 0;
        int start = (int)ceil(centre - reach - .5), left = 32767, best = 0;
        if (start > length - taps) start = length - taps;
        if (start < 0) start = 0;
        int16_t *weights = kernel->weights + (size_t)i * taps;
        double from = (start + .5 - centre) / wide;
        Wave slow = wave(from / 3, step / 3), fast = wave(from, step);
        for (int j = 0; j < taps; j++, turn_on(&slow), turn_on(&fast))
            sum += raw[j] = lanczos(from + j * step, fast.now * slow.now);
        for (int j = 0; j < taps; j++) {
            weights[j] = (int16_t)lrint(raw[j] / sum * 32767);
            left -= weights[j];
            if (weights[j] > weights[best]) best = j;
        }
        weights[best] += left;
        kernel->start[i] = start;
    }
}

/* Bytes become fixed point, 6 bits after the point, once for all the sums they are in. */
static inline void refine(const uint8_t *restrict from, int16_t *restrict to, int count) {
    for (int x = 0; x < count; x++) to[x] = (int16_t)(from[x] << 6);
}

/* One multiplication with rounding: compilers know it as pmulhrsw or sqrdmulh. */
static inline int16_t times(int16_t value, int16_t weight) {
    return (int16_t)((((int32_t)value * weight >> 14) + 1) >> 1);
}

/* Weigh *taps* rows into one; *count* is known to the compiler where this is used. */
static inline __attribute__((always_inline)) void blend(
    const int16_t *restrict rows, size_t stride, const int16_t *restrict weights, int taps,
    uint8_t *restrict to, int count) {
    int16_t sums[CHUNK];
    int j = 0;
    for (int x = 0; x < count; x++) sums[x] = 32;
    for (; j + TAPS_AT_ONCE <= taps; j += TAPS_AT_ONCE) {
        const int16_t *a = rows + j * stride, *b = a + stride, *c = b + stride, *d = c + stride;
        int16_t p = weights[j], q = weights[j + 1], r = weights[j + 2], s = weights[j + 3];
        for (int x = 0; x < count; x++)
            sums[x] += times(a[x], p) + times(b[x], q) + times(c[x], r) + times(d[x], s);
    }
    for (; j < taps; j++) {
        const int16_t *a = rows + j * stride;
        int16_t p = weights[j];
        for (int x = 0; x < count; x++) sums[x] += times(a[x], p);
    }
    for (int x = 0; x < count; x++) {
        int16_t value = sums[x] >> 6;
        to[x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

typedef uint8_t Sixteen __attribute__((vector_size(16)));

/* Turn 16x16 bytes about the diagonal, by four rounds of a perfect shuffle. */
static void turn(const uint8_t *from, size_t from_stride, uint8_t *to, size_t to_stride) {
    const Sixteen low = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23};
    const Sixteen high = {8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    Sixteen rows[16], next[16];
    for (int i = 0; i < 16; i++) memcpy(&rows[i], from + i * from_stride, 16);
#pragma GCC unroll 4
    for (int round = 0; round < 4; round++) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) {
            next[2 * i] = __builtin_shuffle(rows[i], rows[i + 8], low);
            next[2 * i + 1] = __builtin_shuffle(rows[i], rows[i + 8], high);
        }
        memcpy(rows, next, sizeof rows);
    }
    for (int i = 0; i < 16; i++) memcpy(to + i * to_stride, &rows[i], 16);
}

typedef struct { double left, top, width, height; } Box;

/* Weigh a band of rows, 128 columns at a time so that they stay in the nearest cache. */
static void shrink_down(const Plane *from, int first, int width, const Kernel *down, int y0,
                        int count, uint8_t *rows, size_t stride) {
    static Block block;
    int top = down->start[y0], end = down->start[y0 + count - 1] + down->taps;
    int16_t *fine = room(&block, (size_t)(end - top) * CHUNK * sizeof *fine);
    for (int x = 0; x < width; x += CHUNK) {
        const uint8_t *corner = from->at + (size_t)top * from->stride + first + x;
        for (int y = 0; y < end - top; y++)
            refine(corner + (size_t)y * from->stride, fine + (size_t)y * CHUNK, CHUNK);
        for (int y = y0; y < y0 + count; y++)
            blend(fine + (size_t)(down->start[y] - top) * CHUNK, CHUNK,
                  down->weights + (size_t)y * down->taps, down->taps,
                  rows + (size_t)(y - y0) * stride + x, CHUNK);
    }
}

static void scale(const Plane *from, Box box, Plane *to) {
    static Kernel across, down;
    static Block blocks[3];
    weigh(&across, from->width, box.left, box.width, to->width);
    weigh(&down, from->height, box.top, box.height, to->height);
    int first = across.start[0];
    int width = across.start[to->width - 1] + across.taps - first;
    size_t in = (size_t)(width + CHUNK - 1) / CHUNK * CHUNK, out = (to->width + 15) / 16 * 16;
    uint8_t *rows = room(&blocks[0], in * LANES), *made = room(&blocks[2], out * LANES);
    int16_t *columns = room(&blocks[1], in * LANES * sizeof *columns);
    uint8_t tile[16 * LANES];
    for (int y0 = 0; y0 < to->height; y0 += LANES) {
        int count = to->height - y0 < LANES ? to->height - y0 : LANES;
        shrink_down(from, first, width, &down, y0, count, rows, in);
        for (int x = 0; x < width; x += 16) {
            for (int y = 0; y < count; y += 16) turn(rows + y * in + x, in, tile + y, LANES);
            refine(tile, columns + (size_t)x * LANES, 16 * LANES);
        }
        for (int x = 0; x < to->width; x++)
            blend(columns + (size_t)(across.start[x] - first) * LANES, LANES,
                  across.weights + (size_t)x * across.taps, across.taps,
                  made + (size_t)x * LANES, LANES);
        uint8_t *row = to->at + (size_t)y0 * to->stride;
        for (int x = 0; x < to->width; x += 16)
            for (int y = 0; y < count; y += 16) {
                turn(made + (size_t)x * LANES + y, LANES, tile, 16);
                for (int i = 0; i < 16 && y + i < count; i++)
                    memcpy(row + (size_t)(y + i) * to->stride + x, tile + i * 16, 16);
            }
    }
}

typedef struct { int width, height; Plane planes[3]; } Picture;

static void shape_all(Picture *picture, int width, int height) {
    picture->width = width, picture->height = height;
    for (int i = 0; i < 3; i++)
        shape(&picture->planes[i], i ? (width + 1) / 2 : width, i ? (height + 1) / 2 : height);
}

static void derive(const Picture *from, Box box, Picture *to) {
    Box half = {box.left / 2, box.top / 2, box.width / 2, box.height / 2};
    for (int i = 0; i < 3; i++) scale(&from->planes[i], i ? half : box, &to->planes[i]);
    Plane *luma = &to->planes[0]; /* to whole pixels of colour, as the encoder wants it */
    if (to->width & 1)
        for (int y = 0; y < to->height; y++) {
            uint8_t *row = luma->at + (size_t)y * luma->stride;
            row[to->width] = row[to->width - 1];
        }
    if (to->height & 1)
        memcpy(luma->at + (size_t)to->height * luma->stride,
               luma->at + (size_t)(to->height - 1) * luma->stride, luma->stride);
}

static void keep(const char *folder, const char *name, const uint8_t *data, size_t length) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s.jpg", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, length, file) != length || fclose(file)) fail("cannot keep");
}

static unsigned long encode(tjhandle codec, Picture *picture, const char *name,
                            const char *folder) {
    static Block block;
    const uint8_t *planes[3];
    int strides[3];
    for (int i = 0; i < 3; i++)
        planes[i] = picture->planes[i].at, strides[i] = picture->planes[i].stride;
    unsigned long length = tjBufSize(picture->width, picture->height, S420);
    uint8_t *to = room(&block, length);
    if (tjCompressFromYUVPlanes(codec, planes, picture->width, strides, picture->height, S420,
                                &to, &length, QUALITY, NO_REALLOC))
        fail(tjGetErrorStr2(codec));
    if (folder) keep(folder, name, to, length);
    return length;
}

static void decode(tjhandle codec, const uint8_t *data, unsigned long length, int shrink,
                   Picture *picture) {
    int width, height, sampling, space, strides[3];
    uint8_t *planes[3];
    if (tjDecompressHeader3(codec, data, length, &width, &height, &sampling, &space))
        fail(tjGetErrorStr2(codec));
    if (sampling != S420) fail("only 4:2:0");
    shape_all(picture, (width + shrink - 1) / shrink, (height + shrink - 1) / shrink);
    for (int i = 0; i < 3; i++)
        planes[i] = picture->planes[i].at, strides[i] = picture->planes[i].stride;
    if (tjDecompressToYUVPlanes(codec, data, length, planes, picture->width, strides,
                                picture->height, STRICT))
        fail(tjGetErrorStr2(codec));
}

static unsigned long read_file(const char *path, Block *block) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("no such photograph");
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    if (fread(room(block, length), 1, length, file) != (size_t)length) fail("short read");
    fclose(file);
    return length;
}

static unsigned long ladder(tjhandle reader, tjhandle writer, const char *photo, FILE *plan,
                            const char *folder) {
    static Block block;
    static Picture source, made[MOST];
    int shrink, count, parent, width, height;
    char name[16];
    unsigned long length = read_file(photo, &block), total = 0;
    if (fscanf(plan, "%*d %*d %d %d", &shrink, &count) != 2 || count > MOST) fail("bad plan");
    decode(reader, block.at, length, shrink, &source);
    for (int i = 0; i < count; i++) {
        Box box;
        if (fscanf(plan, "%15s %d %lf %lf %lf %lf %*d %*d %*d %*d %d %d", name, &parent,
                   &box.left, &box.top, &box.width, &box.height, &width, &height) != 8)
            fail("bad plan");
        if (parent < 0)
            box.left /= shrink, box.top /= shrink, box.width /= shrink, box.height /= shrink;
        shape_all(&made[i], width, height);
        derive(parent < 0 ? &source : &made[parent], box, &made[i]);
        total += encode(writer, &made[i], name, folder);
    }
    return total;
}

int main(int count, char **given) {
    char photo[4096], path[4096];
    tjhandle reader = tjInitDecompress(), writer = tjInitCompress();
    while (scanf("%4095s %4095s", photo, path) == 2) {
        FILE *plan = fopen(path, "r");
        if (!plan) fail("no such plan");
        printf("%lu\n", ladder(reader, writer, photo, plan, count > 1 ? given[1] : NULL));
        fflush(stdout);
        fclose(plan);
    }
    return 0;
}
