/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Has graphviz's `dot` place a picture: DOT goes into the child process, JSON comes out. A child
 * can neither take this process with it nor run for ever.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "child.h"
#include "diag.h"
#include "graph.h"

#define CPU_SECONDS   60 /* that `dot` may take, and twice that by the clock */
#define NOT_STARTED   127
#define OUTPUT_CHUNK  65536
#define CLUSTER_START "cluster"

/* ---- Running the child ---- */

static _Noreturn void become_dot(FILE *input, int output)
{
    if (child_limit(CPU_SECONDS) && dup2(fileno(input), STDIN_FILENO) >= 0 &&
        dup2(output, STDOUT_FILENO) >= 0 && lseek(STDIN_FILENO, 0, SEEK_SET) == 0) {
        execlp("dot", "dot", "-Tjson0", (char *)NULL);
    }
    _exit(NOT_STARTED);
}

/* Reads all of a pipe; the caller frees the text. */
static char *read_all(int pipe, size_t *length)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t count;
    *length = 0;
    do {
        if (capacity - *length < OUTPUT_CHUNK) {
            capacity = capacity * 2 + 2 * OUTPUT_CHUNK;
            text = alloc_checked(realloc(text, capacity));
        }
        count = read(pipe, text + *length, OUTPUT_CHUNK);
        *length += count > 0 ? (size_t)count : 0;
    } while (count > 0 || (count < 0 && errno == EINTR));
    return text;
}

static bool report_status(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return true;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED) {
        diag_error(NULL, "cannot run graphviz's \"dot\"; install the package graphviz");
    } else if (child_was_limited(status)) {
        diag_error(NULL, "graphviz's \"dot\" has not placed the picture within %d s", CPU_SECONDS);
    } else {
        diag_error(NULL, "graphviz's \"dot\" failed, with %s %d",
                   WIFSIGNALED(status) ? "signal" : "exit status",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    return false;
}

/* Runs `dot` on `input`; returns what it prints, or NULL after a report. */
static char *run_dot(FILE *input, size_t *length)
{
    int ends[2];
    if (pipe(ends) != 0) {
        diag_error(NULL, "cannot run graphviz's \"dot\": %s", strerror(errno));
        return NULL;
    }
    pid_t child = fork();
    if (child == 0) {
        become_dot(input, ends[1]);
    }
    close(ends[1]);
    char *text = read_all(ends[0], length);
    close(ends[0]);
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        diag_error(NULL, "cannot run graphviz's \"dot\": %s", strerror(errno));
    } else if (report_status(status)) {
        return text;
    }
    free(text);
    return NULL;
}

/* ---- Reading what it says. Its y grows upwards, ours downwards. ---- */

static const char *member(struct json_object *object, const char *key)
{
    struct json_object *value;
    return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : NULL;
}

/* Returns the member `key`, an array, or NULL. */
static struct json_object *array_member(struct json_object *object, const char *key)
{
    struct json_object *value;
    return json_object_object_get_ex(object, key, &value) &&
                   json_object_is_type(value, json_type_array)
               ? value
               : NULL;
}

/* Reads up to `limit` numbers that commas or blanks separate; returns how many there are. */
static size_t read_numbers(const char *text, double *numbers, size_t limit)
{
    size_t count = 0;
    while (text != NULL && count < limit) {
        char *end;
        text += strspn(text, ", ");
        double number = strtod(text, &end);
        if (end == text) {
            break;
        }
        numbers[count++] = number;
        text = end;
    }
    return count;
}

static bool read_index(const char *text, size_t count, size_t *index)
{
    char *end;
    *index = text == NULL ? count : strtoul(text, &end, 10);
    return *index < count && *end == '\0';
}

static bool read_frame(struct graph *graph, struct json_object *object, const char *name)
{
    size_t index;
    double corners[4];
    if (!read_index(name, graph->frame_count, &index) ||
        read_numbers(member(object, "bb"), corners, 4) != 4) {
        return false;
    }
    graph->frames[index].box = (struct box){
        .corner = {corners[0], graph->height - corners[3]},
        .width = corners[2] - corners[0],
        .height = corners[3] - corners[1],
    };
    return true;
}

static bool read_node(struct graph *graph, struct json_object *object, const char *name)
{
    size_t index;
    double middle[2];
    if (!read_index(name, graph->node_count, &index) ||
        read_numbers(member(object, "pos"), middle, 2) != 2) {
        return false;
    }
    struct box *box = &graph->nodes[index].box;
    box->corner.x = middle[0] - box->width / 2;
    box->corner.y = graph->height - middle[1] - box->height / 2;
    return true;
}

static bool read_edge(struct graph *graph, struct json_object *object)
{
    size_t index;
    double label[2];
    const char *path = member(object, "pos");
    if (!read_index(member(object, "id"), graph->edge_count, &index) || path == NULL ||
        graph->edges[index].path != NULL) {
        return false;
    }
    struct edge *edge = &graph->edges[index];
    size_t limit = strlen(path) / 2 + 1; /* a number and its separator take two characters */
    double *numbers = alloc_array(limit, sizeof(*numbers));
    edge->point_count = read_numbers(path, numbers, limit) / 2;
    edge->path = alloc_array(edge->point_count, sizeof(*edge->path));
    for (size_t i = 0; i < edge->point_count; i++) {
        edge->path[i] = (struct point){numbers[2 * i], graph->height - numbers[2 * i + 1]};
    }
    free(numbers);
    edge->label_point = edge->path[edge->point_count / 2];
    if (read_numbers(member(object, "lp"), label, 2) == 2) {
        edge->label_point = (struct point){label[0], graph->height - label[1]};
    }
    return edge->point_count >= 4 && edge->point_count % 3 == 1;
}

static bool read_objects(struct graph *graph, struct json_object *objects)
{
    size_t start = strlen(CLUSTER_START);
    size_t nodes = 0;
    for (size_t i = 0; i < json_object_array_length(objects); i++) {
        struct json_object *object = json_object_array_get_idx(objects, i);
        const char *name = member(object, "name");
        if (name != NULL && strncmp(name, CLUSTER_START, start) == 0) {
            if (!read_frame(graph, object, name + start)) {
                return false;
            }
        } else if (name != NULL && name[0] == 'n') {
            if (!read_node(graph, object, name + 1)) {
                return false;
            }
            nodes++;
        }
    }
    return nodes == graph->node_count;
}

static bool read_layout(struct graph *graph, struct json_object *layout)
{
    double corners[4];
    struct json_object *objects = array_member(layout, "objects");
    struct json_object *edges = array_member(layout, "edges"); /* none if there is no edge */
    size_t count = edges == NULL ? 0 : json_object_array_length(edges);
    if (objects == NULL || read_numbers(member(layout, "bb"), corners, 4) != 4) {
        return false;
    }
    graph->width = corners[2];
    graph->height = corners[3];
    if (count != graph->edge_count || !read_objects(graph, objects)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_edge(graph, json_object_array_get_idx(edges, i))) {
            return false;
        }
    }
    return true;
}

bool graph_layout(struct graph *graph)
{
    FILE *input = tmpfile();
    if (input == NULL) {
        diag_error(NULL, "cannot make a temporary file: %s", strerror(errno));
        return false;
    }
    graph_write_dot(graph, input);
    size_t length;
    char *text = NULL;
    if (fflush(input) != 0) {
        diag_error(NULL, "cannot write a temporary file: %s", strerror(errno));
    } else {
        text = run_dot(input, &length);
    }
    fclose(input);
    if (text == NULL) {
        return false;
    }
    text[length] = '\0';
    struct json_object *layout = json_tokener_parse(text);
    bool placed = layout != NULL && read_layout(graph, layout);
    if (!placed) {
        diag_error(NULL, "graphviz's \"dot\" has left out a part of the picture");
    }
    json_object_put(layout);
    free(text);
    return placed;
}
