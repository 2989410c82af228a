/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers of the network device class that both ends of a queue have to agree on: sDDF 0.7's.
 */
#pragma once

#include <stdint.h>

#define NET_BUFFER_SIZE 2048 /* bytes; buffer i of a data region begins at i times this */
