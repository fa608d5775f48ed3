<?php

/** Settings → Payment methods: list, adding, editing with the processor's own settings, status, deleting. */

$payment_id = (int) ($_REQUEST['payment_id'] ?? 0);

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if ($mode === 'update') {
        $data = array_intersect_key(
            (array) ($_REQUEST['payment_data'] ?? []),
            array_flip(['payment', 'processor_id', 'processor_params', 'description', 'storefront_ids'])
        );
        $payment_id = fn_update_payment($data + ['template' => 'views/orders/components/payments/cc_outside.tpl'], $payment_id);
        fn_set_notification('N', __('notice'), __('office.saved'));
        return [CONTROLLER_STATUS_REDIRECT, "payments.update?payment_id=$payment_id"];
    }
    if ($mode === 'delete') {
        fn_delete_payment($payment_id);
        fn_set_notification('N', __('notice'), __('office.deleted'));
    } elseif ($mode === 'update_status' && in_array($_REQUEST['status'] ?? '', ['A', 'D', 'H'], true)) {
        fn_update_payment(['status' => $_REQUEST['status']], $payment_id);
    }

    return [CONTROLLER_STATUS_REDIRECT, 'payments.manage'];
}

if ($mode === 'manage') {
    Tygh::$app['view']->assign('payments', fn_get_payments());

    return [CONTROLLER_STATUS_OK];
}

$payment = $payment_id ? fn_get_payment_method_data($payment_id) : [];
if (($mode === 'update' && !$payment) || !in_array($mode, ['add', 'update', 'processor'], true)) {
    return [CONTROLLER_STATUS_NO_PAGE];
}

$processors = fn_get_payment_processors();
$processor_id = (string) ($_REQUEST['processor_id'] ?? $payment['processor_id'] ?? '');
$settings = fn_demo_processor_settings($processors[$processor_id] ?? [], $payment);

if ($mode === 'processor') { // the tab "Configure" of a processor that was just chosen
    header('Content-Type: text/html; charset=utf-8');
    echo $settings;

    return [CONTROLLER_STATUS_NO_CONTENT];
}

Tygh::$app['view']->assign([
    'payment' => $payment,
    'processors' => $processors,
    'processor_id' => $processor_id,
    'settings' => $settings,
    'storefronts' => db_get_hash_array('SELECT * FROM ?:storefronts ORDER BY storefront_id', 'storefront_id'),
    'chosen_storefronts' => db_get_fields('SELECT storefront_id FROM ?:storefronts_payments WHERE payment_id = ?i', $payment_id),
]);

/**
 * The processor's own settings template, as HTML.
 *
 * @return string '' when there is no processor or it has no template; a sentence when its template cannot be shown
 */
function fn_demo_processor_settings(array $processor, array $payment)
{
    if (empty($processor['admin_template'])) {
        return '';
    }
    $view = Tygh::$app['view'];
    $is_same = ($payment['processor_id'] ?? '') === $processor['processor_id'];
    $view->assign([
        'processor_params' => $is_same ? $payment['processor_params'] : '',
        'payment_id' => $payment['payment_id'] ?? 0,
        'id' => $payment['payment_id'] ?? 0,
    ]);
    $note = __('processor_description_' . basename($processor['processor_script'], '.php'));
    $html = $note[0] === '_' ? '' : '<p class="quote">' . htmlspecialchars($note) . '</p>';
    try {
        $folder = "addons/$processor[addon]/views/payments/components/cc_processors/";

        return $html . $view->fetch($folder . basename($processor['admin_template']));
    } catch (RuntimeException $trouble) {
        return '<p class="notice bad">' . htmlspecialchars(__('office.config_broken', ['[reason]' => $trouble->getMessage()])) . '</p>';
    }
}

return [CONTROLLER_STATUS_OK];
