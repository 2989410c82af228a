/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io_table.h.
 */
#include "io_table.h"

#define BLOCK(what, order, bytes, depth)                                                           \
    "io block DISK " what " " order " " #bytes " " #depth " COUNT"

struct io_load io_loads[] = {
    {.key = "read_4k_1",
     .event = "read 4 KiB, random, depth 1",
     .command = BLOCK("read", "random", 4096, 1),
     .bytes = 4096,
     .unit = 1,
     .units = 400},
    {.key = "read_4k_32",
     .event = "read 4 KiB, random, depth 32",
     .command = BLOCK("read", "random", 4096, 32),
     .bytes = 4096,
     .unit = 1,
     .units = 1600,
     .aim = 0.6,
     .paced_units = 2000},
    {.key = "read_128k_1",
     .event = "read 128 KiB, sequential, depth 1",
     .command = BLOCK("read", "sequential", 131072, 1),
     .bytes = 131072,
     .unit = 1,
     .units = 200},
    {.key = "read_128k_32",
     .event = "read 128 KiB, sequential, depth 32",
     .command = BLOCK("read", "sequential", 131072, 32),
     .bytes = 131072,
     .unit = 1,
     .units = 640,
     .aim = 0.8,
     .paced_units = 160},
    {.key = "write_4k_1",
     .event = "write 4 KiB, random, depth 1",
     .command = BLOCK("write", "random", 4096, 1),
     .bytes = 4096,
     .unit = 1,
     .units = 400},
    {.key = "write_4k_32",
     .event = "write 4 KiB, random, depth 32",
     .command = BLOCK("write", "random", 4096, 32),
     .bytes = 4096,
     .unit = 1,
     .units = 1600,
     .aim = 0.6,
     .paced_units = 2000},
    {.key = "write_128k_1",
     .event = "write 128 KiB, sequential, depth 1",
     .command = BLOCK("write", "sequential", 131072, 1),
     .bytes = 131072,
     .unit = 1,
     .units = 200},
    {.key = "write_128k_32",
     .event = "write 128 KiB, sequential, depth 32",
     .command = BLOCK("write", "sequential", 131072, 32),
     .bytes = 131072,
     .unit = 1,
     .units = 640,
     .aim = 0.8,
     .paced_units = 160},
    {.key = "tcp_send",
     .event = "TCP, 64 KiB sent",
     .command = "io send 10.0.2.2 PORT COUNT",
     .peer = IO_PEER_SINK,
     .bytes = 65536,
     .unit = 65536,
     .units = 256,
     .aim = 0.7,
     .is_for_vms = true,
     .paced_units = 96},
    {.key = "tcp_receive",
     .event = "TCP, 64 KiB received",
     .command = "io receive 10.0.2.2 PORT COUNT",
     .peer = IO_PEER_SOURCE,
     .bytes = 65536,
     .unit = 65536,
     .units = 256,
     .aim = 0.7,
     .is_for_vms = true,
     .paced_units = 96},
    {.key = "udp_send",
     .event = "UDP, packet of 1400 bytes sent",
     .command = "io udp 10.0.2.2 PORT COUNT 1400",
     .peer = IO_PEER_COUNTER,
     .unit = 1,
     .units = 1000,
     .aim = 0.7},
    {.key = "ping",
     .event = "ping, there and back",
     .command = "io ping 10.0.2.2 COUNT",
     .unit = 1,
     .units = 200},
};

const size_t io_load_count = sizeof io_loads / sizeof *io_loads;

const char *const io_place_names[] = {"bare", "driver", "client", "native"};

/* How many times the driver VM does it while `place` does it once, if both do nothing else. */
static double share(const struct io_load *load, enum io_place place)
{
    return load->at[IO_DRIVER].cost.instructions / load->at[place].cost.instructions;
}

static void cell_print(FILE *to, bool is_there, const char *format, double value)
{
    char text[32] = "-";
    if (is_there) {
        snprintf(text, sizeof text, format, value);
    }
    fprintf(to, " %9s", text);
}

static void costs_print(FILE *to)
{
    fprintf(to, "%-36s %9s %9s %9s %9s %9s %9s %9s\n", "instructions for each", "bare", "driver VM",
            "client VM", "native", "client's", "native's", "aim");
    for (size_t i = 0; i < io_load_count; i++) {
        const struct io_load *load = &io_loads[i];
        fprintf(to, "%-36s", load->event);
        for (enum io_place place = 0; place < IO_PLACES; place++) {
            cell_print(to, load->at[place].is_measured, "%.0f", load->at[place].cost.instructions);
        }
        for (enum io_place place = IO_CLIENT; place < IO_PLACES; place++) {
            cell_print(to, load->at[place].is_measured && load->at[IO_DRIVER].is_measured, "%.2f",
                       share(load, place));
        }
        cell_print(to, load->aim != 0, "%.1f", load->aim);
        fputc('\n', to);
    }
}

/* How often a byte of the disk's is copied. */
static void copies_print(FILE *to, const struct io_load *load, enum io_place place)
{
    bool is_there = load->at[place].is_measured && load->peer == IO_PEER_NONE && load->bytes != 0;
    cell_print(to, is_there, "%.2f", load->at[place].copied / load->bytes);
}

static void events_print(FILE *to)
{
    fprintf(to, "\n%-36s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", "how often for each",
            "driver VM:", "client VM:", "", "", "", "native:", "", "", "");
    fprintf(to, "%-36s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", "", "exits", "exits", "wakes",
            "irqs", "copies", "exits", "wakes", "irqs", "copies");
    for (size_t i = 0; i < io_load_count; i++) {
        const struct io_load *load = &io_loads[i];
        fprintf(to, "%-36s", load->event);
        cell_print(to, load->at[IO_DRIVER].is_measured, "%.2f", load->at[IO_DRIVER].cost.exits);
        for (enum io_place place = IO_CLIENT; place < IO_PLACES; place++) {
            const struct io_counts *cost = &load->at[place].cost;
            cell_print(to, load->at[place].is_measured, "%.2f", cost->exits);
            cell_print(to, load->at[place].is_measured, "%.2f", cost->wakes);
            cell_print(to, load->at[place].is_measured, "%.2f", cost->interrupts);
            copies_print(to, load, place);
        }
        fputc('\n', to);
    }
}

static void paced_print(FILE *to)
{
    fprintf(to,
            "\nMB a second on a disk of %.0f MB and %.0f requests a second, or a wire of %.0f MB a "
            "second, of a processor of %.1e instructions a second\n",
            IO_PACE_BYTES / 1e6, IO_PACE_REQUESTS, IO_PACE_WIRE / 1e6, IO_PACE_INSTRUCTIONS);
    fprintf(to, "%-36s %9s %9s %9s %9s %9s %9s %9s\n", "", "bare", "driver VM", "client VM",
            "native", "client's", "native's", "aim");
    for (size_t i = 0; i < io_load_count; i++) {
        const struct io_load *load = &io_loads[i];
        double own = load->at[IO_DRIVER].paced;
        if (load->paced_units == 0) {
            continue;
        }
        fprintf(to, "%-36s", load->event);
        for (enum io_place place = 0; place < IO_PLACES; place++) {
            double rate = load->at[place].paced;
            cell_print(to, rate != 0, load->at[place].is_least ? ">%.0f" : "%.0f",
                       rate * load->bytes / 1e6);
        }
        for (enum io_place place = IO_CLIENT; place < IO_PLACES; place++) {
            cell_print(to, load->at[place].paced != 0 && own != 0,
                       load->at[place].is_least ? ">%.2f" : "%.2f", load->at[place].paced / own);
        }
        cell_print(to, load->aim != 0, "%.1f", load->aim);
        fputc('\n', to);
    }
}

static void busy_print(FILE *to)
{
    fprintf(to, "\n%-36s %9s %9s %9s %9s\n", "share of that processor, at that rate", "bare",
            "driver VM", "client VM", "native");
    for (size_t i = 0; i < io_load_count; i++) {
        const struct io_load *load = &io_loads[i];
        if (load->paced_units == 0) {
            continue;
        }
        fprintf(to, "%-36s", load->event);
        for (enum io_place place = 0; place < IO_PLACES; place++) {
            cell_print(to, load->at[place].paced != 0, "%.2f", load->at[place].busy);
        }
        fputc('\n', to);
    }
}

void io_table_print(FILE *to)
{
    bool is_counted = false, is_paced = false;
    for (size_t i = 0; i < io_load_count; i++) {
        for (enum io_place place = 0; place < IO_PLACES; place++) {
            is_counted = is_counted || io_loads[i].at[place].is_measured;
            is_paced = is_paced || io_loads[i].at[place].paced != 0;
        }
    }
    if (is_counted) {
        costs_print(to);
    }
    if (is_paced) {
        paced_print(to);
        busy_print(to);
    }
    if (is_counted) {
        events_print(to);
    }
}

static void value_write(FILE *to, bool is_there, const char *format, double value)
{
    fputc('\t', to);
    if (is_there) {
        fprintf(to, format, value);
    } else {
        fputc('-', to);
    }
}

static void line_write(FILE *to, const struct io_load *load, enum io_place place)
{
    const struct io_counts *cost = &load->at[place].cost;
    bool is_counted = load->at[place].is_measured;
    fprintf(to, "%s\t%s", load->key, io_place_names[place]);
    value_write(to, is_counted, "%.0f", cost->instructions);
    value_write(to, is_counted && load->at[IO_DRIVER].is_measured, "%.3f", share(load, place));
    value_write(to, load->aim != 0, "%.1f", load->aim);
    value_write(to, is_counted, "%.3f", cost->exits);
    value_write(to, is_counted, "%.3f", cost->wakes);
    value_write(to, is_counted, "%.3f", cost->interrupts);
    value_write(to, is_counted, "%.3f", cost->waits);
    value_write(to, is_counted && place >= IO_CLIENT, "%.0f", load->at[place].copied);
    value_write(to, is_counted, "%.2f", load->at[place].us);
    value_write(to, load->at[place].paced != 0, "%.1f", load->at[place].paced);
    value_write(to, load->at[place].paced != 0, "%.3f", load->at[place].busy);
    fputc('\n', to);
}

bool io_table_write(const char *path)
{
    FILE *to = fopen(path, "we");
    if (to == NULL) {
        perror(path);
        return false;
    }
    fputs("key\tplace\tinstructions\tshare\taim\texits\twakes\tinterrupts\twaits\tcopied\tus\tpaced"
          "\tbusy\n",
          to);
    for (size_t i = 0; i < io_load_count; i++) {
        for (enum io_place place = 0; place < IO_PLACES; place++) {
            if (io_loads[i].at[place].is_measured || io_loads[i].at[place].paced != 0) {
                line_write(to, &io_loads[i], place);
            }
        }
    }
    if (fclose(to) != 0) {
        perror(path);
        return false;
    }
    return true;
}
