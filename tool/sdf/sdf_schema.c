/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The shape of a system description. The tables are the whole of the Microkit's SDF as of version
 * 2.3 and Drover's one addition, an <irq> inside a <virtual_machine>. What exists on other
 * architectures only, or no longer, is refused with the reason.
 */
#include "sdf_schema.h"

#define NO_X86     "Drover has no x86 boards; use irq=\"NUMBER\" with the GIC's number"
#define X86_ONLY   "it exists on x86 only, and Drover has no x86 boards; remove it"
#define NO_SYMBOLS "a guest has no symbols that the tool could set; put it on the PD's own <map>"

static const struct attribute no_attributes[] = {{0}};
static const struct child no_children[] = {{0}};

static const struct attribute capability_attributes[] = {
    {"slot", REQUIRED, NULL}, {"pd", REQUIRED, NULL}, {0}};
static const struct element cap_tcb = {"cap_tcb", capability_attributes, no_children, NULL};
static const struct element cap_sc = {"cap_sc", capability_attributes, no_children, NULL};
static const struct element cap_vspace = {"cap_vspace", capability_attributes, no_children, NULL};
static const struct child cspace_children[] = {
    {&cap_tcb, 0, 0}, {&cap_sc, 0, 0}, {&cap_vspace, 0, 0}, {0}};
static const struct element cspace = {"cspace", no_attributes, cspace_children, NULL};

static const struct attribute domain_attributes[] = {
    {"name", REQUIRED, NULL}, {"id", OPTIONAL, NULL}, {0}};
static const struct element domain = {"domain", domain_attributes, no_children, NULL};
static const struct attribute entry_attributes[] = {
    {"domain", REQUIRED, NULL}, {"duration", REQUIRED, NULL}, {0}};
static const struct element entry = {"schedule_entry", entry_attributes, no_children, NULL};
static const struct element end_marker = {"schedule_end_marker", no_attributes, no_children, NULL};
static const struct attribute schedule_attributes[] = {
    {"start_index", OPTIONAL, NULL}, {"index_shift", OPTIONAL, NULL}, {0}};
static const struct child schedule_children[] = {{&entry, 0, 0}, {&end_marker, 0, 0}, {0}};
static const struct element schedule = {"domain_schedule", schedule_attributes, schedule_children,
                                        NULL};
static const struct child domains_children[] = {{&domain, 1, 0}, {&schedule, 1, 1}, {0}};
static const struct element domains = {"domains", no_attributes, domains_children, NULL};

static const struct attribute iomap_attributes[] = {
    {"mr", REQUIRED, NULL}, {"iovaddr", REQUIRED, NULL}, {"perms", OPTIONAL, NULL}, {0}};
static const struct element iomap = {"iomap", iomap_attributes, no_children, NULL};
static const struct attribute io_space_attributes[] = {{"name", REQUIRED, NULL},
                                                       {"peripheral_id", REQUIRED, NULL},
                                                       {"domain_id", OPTIONAL, NULL},
                                                       {0}};
static const struct child io_space_children[] = {{&iomap, 0, 0}, {0}};
static const struct element io_address_space = {"io_address_space", io_space_attributes,
                                                io_space_children, NULL};
static const struct element ioport = {"ioport", no_attributes, no_children, X86_ONLY};
static const struct element root_virtual_machine = {
    "virtual_machine", no_attributes, no_children,
    "it stands inside the <protection_domain> that is its VMM; move it there"};

static const struct attribute region_attributes[] = {
    {"name", REQUIRED, NULL},
    {"size", OPTIONAL, NULL},
    {"page_size", OPTIONAL, NULL},
    {"phys_addr", OPTIONAL, NULL},
    {"prefill_path", OPTIONAL, NULL},
    {"prefill_bootinfo", OPTIONAL, NULL}, /* refused by its value: sdf_region.c */
    {0}};
static const struct element region = {"memory_region", region_attributes, no_children, NULL};

static const struct attribute image_attributes[] = {
    {"path", REQUIRED, NULL}, {"path_for_symbols", OPTIONAL, NULL}, {0}};
static const struct element image = {"program_image", image_attributes, no_children, NULL};

static const struct attribute map_attributes[] = {{"mr", REQUIRED, NULL},
                                                  {"vaddr", REQUIRED, NULL},
                                                  {"perms", OPTIONAL, NULL},
                                                  {"cached", OPTIONAL, NULL},
                                                  {"setvar_vaddr", OPTIONAL, NULL},
                                                  {"setvar_size", OPTIONAL, NULL},
                                                  {"setvar_prefill_size", OPTIONAL, NULL},
                                                  {0}};
static const struct element map = {"map", map_attributes, no_children, NULL};

static const struct attribute vm_map_attributes[] = {{"mr", REQUIRED, NULL},
                                                     {"vaddr", REQUIRED, NULL},
                                                     {"perms", OPTIONAL, NULL},
                                                     {"cached", OPTIONAL, NULL},
                                                     {"setvar_vaddr", REFUSED, NO_SYMBOLS},
                                                     {"setvar_size", REFUSED, NO_SYMBOLS},
                                                     {"setvar_prefill_size", REFUSED, NO_SYMBOLS},
                                                     {0}};
static const struct element vm_map = {"map", vm_map_attributes, no_children, NULL};

static const struct attribute irq_attributes[] = {{"irq", REQUIRED, NULL},
                                                  {"id", REQUIRED, NULL},
                                                  {"trigger", OPTIONAL, NULL},
                                                  {"setvar_id", OPTIONAL, NULL},
                                                  {"pin", REFUSED, NO_X86},
                                                  {"ioapic", REFUSED, NO_X86},
                                                  {"polarity", REFUSED, NO_X86},
                                                  {"vector", REFUSED, NO_X86},
                                                  {"pcidev", REFUSED, NO_X86},
                                                  {"handle", REFUSED, NO_X86},
                                                  {0}};
static const struct element irq = {"irq", irq_attributes, no_children, NULL};

static const struct attribute vm_irq_attributes[] = {
    {"irq", REQUIRED, NULL},
    {"trigger", OPTIONAL, NULL},
    {"vcpu", OPTIONAL, NULL},
    {"id", REFUSED,
     "inside a <virtual_machine> the interrupt goes straight to a vCPU and has no channel; remove "
     "it, "
     "or move the <irq> to the PD"},
    {0}};
static const struct element vm_irq = {"irq", vm_irq_attributes, no_children, NULL};

static const struct attribute setvar_attributes[] = {
    {"symbol", REQUIRED, NULL}, {"region_paddr", REQUIRED, NULL}, {0}};
static const struct element setvar = {"setvar", setvar_attributes, no_children, NULL};

static const struct attribute vcpu_attributes[] = {
    {"id", REQUIRED, NULL}, {"cpu", OPTIONAL, NULL}, {"setvar_id", OPTIONAL, NULL}, {0}};
static const struct element vcpu = {"vcpu", vcpu_attributes, no_children, NULL};

static const struct attribute vm_attributes[] = {
    {"name", REQUIRED, NULL},
    {"priority", OPTIONAL, NULL},
    {"budget", OPTIONAL, NULL},
    {"period", OPTIONAL, NULL},
    {"id", OPTIONAL, NULL},
    {"domain", REFUSED, "a VM runs in the domain of its PD; remove it"},
    {0}};
static const struct child vm_children[] = {{&vcpu, 0, 0}, {&vm_map, 0, 0}, {&vm_irq, 0, 0}, {0}};
static const struct element vm = {"virtual_machine", vm_attributes, vm_children, NULL};

static const struct attribute pd_attributes[] = {
    {"name", REQUIRED, NULL},
    {"priority", OPTIONAL, NULL},
    {"budget", OPTIONAL, NULL},
    {"period", OPTIONAL, NULL},
    {"passive", OPTIONAL, NULL},
    {"stack_size", OPTIONAL, NULL},
    {"cpu", OPTIONAL, NULL},
    {"smc", OPTIONAL, NULL},
    {"fpu", OPTIONAL, NULL},
    {"id", OPTIONAL, NULL}, /* of a child PD only, as the next one: sdf_pd.c */
    {"setvar_id", OPTIONAL, NULL},
    {"domain", OPTIONAL, NULL},
    {"pp", REFUSED,
     "since Microkit 2.0 it stands on the <end> of the PD that calls; move it there"},
    {0}};
static const struct element pd;
static const struct child pd_children[] = {{&image, 1, 1},  {&map, 0, 0},    {&irq, 0, 0},
                                           {&setvar, 0, 0}, {&vm, 0, 1},     {&pd, 0, 0},
                                           {&cspace, 0, 1}, {&ioport, 0, 0}, {0}};
static const struct element pd = {"protection_domain", pd_attributes, pd_children, NULL};

static const struct attribute end_attributes[] = {
    {"pd", REQUIRED, NULL},     {"id", REQUIRED, NULL},        {"pp", OPTIONAL, NULL},
    {"notify", OPTIONAL, NULL}, {"setvar_id", OPTIONAL, NULL}, {0}};
static const struct element end = {"end", end_attributes, no_children, NULL};
static const struct child channel_children[] = {{&end, 2, 2}, {0}};
static const struct element channel = {"channel", no_attributes, channel_children, NULL};

static const struct child system_children[] = {{&pd, 1, 0},
                                               {&region, 0, 0},
                                               {&channel, 0, 0},
                                               {&domains, 0, 1},
                                               {&io_address_space, 0, 0},
                                               {&root_virtual_machine, 0, 0},
                                               {0}};
const struct element sdf_schema_root = {"system", no_attributes, system_children, NULL};
