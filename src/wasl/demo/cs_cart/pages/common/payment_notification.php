<?php

/** A processor's own address: includes its script, as long as a method of that processor is offered. Checks nothing else. */

if (!empty($_REQUEST['payment']) && is_string($_REQUEST['payment'])) {
    $script = basename($_REQUEST['payment'], '.php') . '.php';
    $file = fn_demo_has_active_payment($script) ? fn_get_processor_script_path($script) : false;
    if ($file !== false) {
        define('PAYMENT_NOTIFICATION', true);
        include $file;
        exit;
    }
}

return [CONTROLLER_STATUS_NO_PAGE];
