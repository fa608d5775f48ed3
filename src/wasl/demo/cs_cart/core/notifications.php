<?php

/** Mails about orders. They go to an outbox that tests and the demonstration read; nobody is written to. */

/**
 * Which receivers a form or an API call mutes: in the back office whoever is not named, in the storefront nobody.
 *
 * Any non-empty value means yes, also "N".
 *
 * @return array<string, bool> by receiver: C customer, A order department, V vendor
 */
function fn_get_notification_rules($params, $disable_notification = false)
{
    $rules = [];
    foreach (['C' => 'notify_user', 'A' => 'notify_department', 'V' => 'notify_vendor'] as $receiver => $key) {
        if ($disable_notification) {
            $rules[$receiver] = false;
        } elseif (!empty($params[$key])) {
            $rules[$receiver] = true;
        } elseif (AREA === 'A') {
            $rules[$receiver] = false;
        }
    }
    fn_set_hook('get_notification_rules', $rules, $params, $disable_notification);
    return $rules;
}

/** `order.status_changed.<letter>` to every receiver that is neither muted by the caller nor by the shop's settings. */
function fn_demo_mail_status(array $order_info, $status, $force_notification)
{
    if (in_array($status, [STATUS_INCOMPLETED_ORDER, STATUS_PARENT_ORDER], true)) {
        return;
    }
    $event = 'order.status_changed.' . strtolower($status);
    foreach (fn_allowed_for('MULTIVENDOR') ? ['C', 'A', 'V'] : ['C', 'A'] as $receiver) {
        $muted = isset($force_notification[$receiver]) && !$force_notification[$receiver];
        $allowed = db_get_field(
            'SELECT is_allowed FROM ?:notification_settings WHERE event_id = ?s AND receiver = ?s',
            $event,
            $receiver
        );
        if (!$muted && $allowed !== '0') {
            db_query('INSERT INTO ?:demo_outbox ?e', [
                'at' => demo_now(),
                'order_id' => $order_info['order_id'],
                'event' => $event,
                'receiver' => $receiver,
                'status' => $status,
            ]);
        }
    }
}
