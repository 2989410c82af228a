/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The protected procedures of a vswitch, by label; names and numbers are sDDF 0.7's. A client calls
 * them on its transmit channel. The first word of each reply is a vswitch_err_t.
 */
#pragma once

typedef enum {
    VSWITCH_ERR_OKAY = 0,
    VSWITCH_ERR_INVALID_IP,        /* 0.0.0.0 */
    VSWITCH_ERR_OPERATION_DENIED,  /* the caller may not send to that client */
    VSWITCH_ERR_NO_IP,             /* that client has registered none */
    VSWITCH_ERR_VIRT_PORT,         /* that is no client but the way out */
    VSWITCH_ERR_INVALID_OPERATION, /* no such label, or no such channel */
} vswitch_err_t;

/* Registers the caller's IPv4 address, for others to ask. */
#define VSWITCH_SET_IP_ADDR 0

typedef enum {
    VSWITCH_SET_IP_ADDR_ARG = 0,
    VSWITCH_SET_NUM_ARGS,
} vswitch_set_args_t;

typedef enum {
    VSWITCH_SET_RET_ERR = 0,
    VSWITCH_SET_RET_NUM_ARGS,
} vswitch_set_ret_args_t;

/* Which port the caller is, and to which it may send. */
#define VSWITCH_QUERY_STATE 1

typedef enum {
    VSWITCH_QUERY_NUM_ARGS = 0,
} vswitch_query_args_t;

typedef enum {
    VSWITCH_QUERY_RET_ERR = 0,
    VSWITCH_QUERY_RET_CLIENT_ID,
    VSWITCH_QUERY_RET_REACHABLE_BITMAP, /* bit n: port n */
    VSWITCH_QUERY_RET_NUM_ARGS,
} vswitch_query_ret_args_t;

/* The IPv4 address that another client has registered. */
#define VSWITCH_REQ_CLIENT 2

typedef enum {
    VSWITCH_REQ_CLIENT_ID = 0,
    VSWITCH_REQ_NUM_ARGS,
} vswitch_req_args_t;

typedef enum {
    VSWITCH_REQ_RET_ERR = 0,
    VSWITCH_REQ_RET_IP_ADDR,
    VSWITCH_REQ_RET_NUM_ARGS,
} vswitch_req_ret_args_t;
