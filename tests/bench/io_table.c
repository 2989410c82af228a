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
     .unit = 1,
     .units = 400},
    {.key = "read_4k_32",
     .event = "read 4 KiB, random, depth 32",
     .command = BLOCK("read", "random", 4096, 32),
     .bytes = 4096,
     .unit = 1,
     .units = 1600,
     .aim = 0.6,
     .paced_units = 16000},
    {.key = "read_128k_1",
     .event = "read 128 KiB, sequential, depth 1",
     .command = BLOCK("read", "sequential", 131072, 1),
     .unit = 1,
     .units = 200},
    {.key = "read_128k_32",
     .event = "read 128 KiB, sequential, depth 32",
     .command = BLOCK("read", "sequential", 131072, 32),
     .bytes = 131072,
     .unit = 1,
     .units = 640,
     .aim = 0.8,
     .paced_units = 1280},
    {.key = "write_4k_1",
     .event = "write 4 KiB, random, depth 1",
     .command = BLOCK("write", "random", 4096, 1),
     .unit = 1,
     .units = 400},
    {.key = "write_4k_32",
     .event = "write 4 KiB, random, depth 32",
     .command = BLOCK("write", "random", 4096, 32),
     .bytes = 4096,
     .unit = 1,
     .units = 1600,
     .aim = 0.6,
     .paced_units = 16000},
    {.key = "write_128k_1",
     .event = "write 128 KiB, sequential, depth 1",
     .command = BLOCK("write", "sequential", 131072, 1),
     .unit = 1,
     .units = 200},
    {.key = "write_128k_32",
     .event = "write 128 KiB, sequential, depth 32",
     .command = BLOCK("write", "sequential", 131072, 32),
     .bytes = 131072,
     .unit = 1,
     .units = 640,
     .aim = 0.8,
     .paced_units = 1280},
    {.key = "tcp_send",
     .event = "TCP, 64 KiB sent",
     .command = "io send 10.0.2.2 PORT COUNT",
     .peer = IO_PEER_SINK,
     .unit = 65536,
     .units = 256,
     .aim = 0.7,
     .is_for_vms = true},
    {.key = "tcp_receive",
     .event = "TCP, 64 KiB received",
     .command = "io receive 10.0.2.2 PORT COUNT",
     .peer = IO_PEER_SOURCE,
     .unit = 65536,
     .units = 256,
     .aim = 0.7,
     .is_for_vms = true},
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

double io_speed;

const size_t io_load_count = sizeof io_loads / sizeof *io_loads;

static const char *const place_names[] = {"bare", "driver", "client", "native"};

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

static void events_print(FILE *to)
{
    fprintf(to, "\n%-36s %9s %9s %9s %9s %9s %9s %9s\n", "how often for each",
            "driver VM:", "client VM:", "", "", "native:", "", "");
    fprintf(to, "%-36s %9s %9s %9s %9s %9s %9s %9s\n", "", "exits", "exits", "wakes", "irqs",
            "exits", "wakes", "irqs");
    for (size_t i = 0; i < io_load_count; i++) {
        const struct io_load *load = &io_loads[i];
        fprintf(to, "%-36s", load->event);
        cell_print(to, load->at[IO_DRIVER].is_measured, "%.2f", load->at[IO_DRIVER].cost.exits);
        for (enum io_place place = IO_CLIENT; place < IO_PLACES; place++) {
            const struct io_counts *cost = &load->at[place].cost;
            cell_print(to, load->at[place].is_measured, "%.2f", cost->exits);
            cell_print(to, load->at[place].is_measured, "%.2f", cost->wakes);
            cell_print(to, load->at[place].is_measured, "%.2f", cost->interrupts);
        }
        fputc('\n', to);
    }
}

static void paced_print(FILE *to)
{
    fprintf(to,
            "\nMB a second on a disk of %.0f MB and %.0f requests a second, of a processor of %.1e "
            "instructions a second (here: %.2e)\n",
            IO_PACE_BYTES / 1e6, IO_PACE_REQUESTS, IO_PACE_INSTRUCTIONS, io_speed);
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
            cell_print(to, rate != 0, "%.0f", rate * load->bytes / 1e6);
        }
        for (enum io_place place = IO_CLIENT; place < IO_PLACES; place++) {
            cell_print(to, load->at[place].paced != 0 && own != 0, "%.2f",
                       load->at[place].paced / own);
        }
        cell_print(to, load->aim != 0, "%.1f", load->aim);
        fputc('\n', to);
    }
}

void io_table_print(FILE *to)
{
    costs_print(to);
    paced_print(to);
    events_print(to);
}

bool io_table_write(const char *path)
{
    FILE *to = fopen(path, "we");
    if (to == NULL) {
        perror(path);
        return false;
    }
    fputs("key\tplace\tinstructions\tshare\taim\texits\twakes\tinterrupts\twaits\tus\tpaced\n", to);
    for (size_t i = 0; i < io_load_count; i++) {
        const struct io_load *load = &io_loads[i];
        for (enum io_place place = 0; place < IO_PLACES; place++) {
            const struct io_counts *cost = &load->at[place].cost;
            if (load->at[place].is_measured) {
                fprintf(to, "%s\t%s\t%.0f\t%.3f\t%.1f\t%.3f\t%.3f\t%.3f\t%.3f\t%.2f\t%.1f\n",
                        load->key, place_names[place], cost->instructions, share(load, place),
                        load->aim, cost->exits, cost->wakes, cost->interrupts, cost->waits,
                        load->at[place].us, load->at[place].paced);
            }
        }
    }
    if (fclose(to) != 0) {
        perror(path);
        return false;
    }
    return true;
}
