#include "net/rehearsal.h"

static void on_output(void *ctx, struct str out)
{
    (void)ctx;
    (void)out;
}

static void rehearse_request(struct exchange *x)
{
    const struct visit *v = &x->rehearsal->visit;
    struct buf *scratch = &x->worker->scratch;
    struct neutral neutral;
    struct match m = {0};

    if (request_is_denied(v, &x->arena, &neutral, &m)) {
        exchange_note_edit(x, m.rule, EDIT_REMOVED, EDIT_OTHER);
        return;
    }
    buf_clear(scratch);
    request_edit_write(scratch, v, &x->info, &x->request_framing, false,
                       exchange_note_head_edit, x, &x->arena);
}

void rehearsal_begin(struct exchange *x)
{
    if (x->site->privacy.policy.mode != MODE_REPORT ||
        x->visit.decision.denied == 0)
        return;
    x->rehearsal = arena_new(&x->arena, struct rehearsal);
    visit_enforced(&x->rehearsal->visit, &x->visit);
    rehearse_request(x);
}

void rehearsal_response(struct exchange *x, const struct response_head *head)
{
    struct rehearsal *r = x->rehearsal;
    struct buf *scratch = &x->worker->scratch;
    struct response_plan plan;

    response_plan(&plan, &r->visit, head, &x->response_framing, &x->arena);
    if (plan.body == PLAN_REFUSE)
        return;
    buf_clear(scratch);
    response_edit_write(scratch, &r->visit, head, &plan, &x->response_framing,
                        true, x->request.minor, false, exchange_note_head_edit,
                        x, &x->arena);
    if (plan.body == PLAN_REWRITE && x->response_framing.kind != FRAMING_NONE)
        r->pipeline = exchange_pipeline(x, &r->visit, &plan, on_output);
}

void rehearsal_body(struct exchange *x, struct str bytes, enum push_mode mode)
{
    struct rehearsal *r = x->rehearsal;

    /* A body that could not be read goes on as it is; there is no more to
     * tell of it. */
    if (r->pipeline != NULL &&
        pipeline_push(r->pipeline, bytes, mode) != PUSH_OK)
        r->pipeline = NULL;
}
