<?php

/** Products: what is in stock. */

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    foreach ((array) ($_REQUEST['products_data'] ?? []) as $product_id => $data) {
        if (isset($data['amount']) && is_string($data['amount']) && ctype_digit($data['amount'])) {
            fn_update_product(['amount' => (int) $data['amount']], $product_id);
        }
    }
    fn_set_notification('N', __('notice'), __('office.saved'));

    return [CONTROLLER_STATUS_REDIRECT, 'products.manage'];
}

if ($mode !== 'manage') {
    return [CONTROLLER_STATUS_NO_PAGE];
}

[$products] = fn_get_products();
Tygh::$app['view']->assign('products', $products);

return [CONTROLLER_STATUS_OK];
