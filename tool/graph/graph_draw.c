/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The elements that a picture is drawn of.
 */
#include "graph_draw.h"

#include <math.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The bytes of the character of XML 1.0 that `text` begins with, or 0. */
static size_t character_length(const char *text)
{
    static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000}; /* by length; less is overlong */
    unsigned char lead = (unsigned char)text[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text[i] & 0x3f);
    }
    bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
    bool surrogate = code >= 0xd800 && code < 0xe000;
    bool beyond = lead > 0xf4 || code > 0x10ffff || code == 0xfffe || code == 0xffff;
    return length == 0 || code < first[length] || control || surrogate || beyond ? 0 : length;
}

void draw_escaped(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t length = character_length(text);
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            if (length == 0) {
                fputs(REPLACEMENT, out);
            } else {
                fwrite(text, 1, length, out);
            }
        }
        text += length == 0 ? 1 : length;
    }
}

void draw_text(FILE *out, const char *class, struct point at, const char *text)
{
    fprintf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, at.x, at.y);
    draw_escaped(out, text);
    fputs("</text>\n", out);
}

void draw_text_middle(FILE *out, const char *class, struct point at, const char *text)
{
    fprintf(out, "<text class=\"%s\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">", class, at.x,
            at.y);
    draw_escaped(out, text);
    fputs("</text>\n", out);
}

void draw_box(FILE *out, const struct box *box, double radius)
{
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\"/>\n",
            box->corner.x, box->corner.y, box->width, box->height, radius);
}

void draw_arrow(FILE *out, enum arrow arrow, struct point tip, struct point from)
{
    static const struct {
        const char *element;
        double length, half_width;
    } shapes[] = {
        [ARROW_NOTIFY] = {"<polyline class=\"open\"", 7, 3.5},
        [ARROW_CALL] = {"<polygon class=\"filled\"", 10, 4.5},
    };
    double dx = from.x - tip.x;
    double dy = from.y - tip.y;
    double distance = sqrt(dx * dx + dy * dy);
    if (distance > 0) {
        dx /= distance;
        dy /= distance;
    }
    double length = shapes[arrow].length;
    double half = shapes[arrow].half_width;
    fprintf(out, "%s points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>\n", shapes[arrow].element,
            tip.x + dx * length - dy * half, tip.y + dy * length + dx * half, tip.x, tip.y,
            tip.x + dx * length + dy * half, tip.y + dy * length - dx * half);
}
