<?php

/** Add-ons → Manage add-ons: list, manual installation, status, uninstalling (CS-Cart reference §2.6). */

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $addon = is_string($_REQUEST['addon'] ?? null) ? $_REQUEST['addon'] : '';
    if ($mode === 'upload') {
        $trouble = fn_demo_upload_trouble($_FILES['addon_pack'] ?? null);
        if ($trouble !== '') {
            fn_set_notification('E', __('error'), __($trouble));
            return [CONTROLLER_STATUS_REDIRECT, 'addons.upload'];
        }
        if (fn_addons_install_from_archive($_FILES['addon_pack']['tmp_name']) === '') {
            return [CONTROLLER_STATUS_REDIRECT, 'addons.upload'];
        }
        fn_set_notification('N', __('notice'), __('office.installed'));
    } elseif ($mode === 'install' && fn_install_addon($addon)) {
        fn_set_notification('N', __('notice'), __('office.installed'));
    } elseif ($mode === 'uninstall' && fn_uninstall_addon($addon)) {
        fn_set_notification('N', __('notice'), __('office.uninstalled'));
    } elseif ($mode === 'update_status' && in_array($_REQUEST['status'] ?? '', ['A', 'D'], true)) {
        fn_update_addon_status($addon, $_REQUEST['status']);
    }

    return [CONTROLLER_STATUS_REDIRECT, 'addons.manage'];
}

if ($mode === 'manage') {
    [$addons] = fn_get_addons();
    Tygh::$app['view']->assign('addons', $addons);
} elseif ($mode !== 'upload') {
    return [CONTROLLER_STATUS_NO_PAGE];
}

/** @return string the name of a text that says what is wrong with an uploaded file; '' if nothing is */
function fn_demo_upload_trouble($file)
{
    if (!is_array($file) || $file['error'] === UPLOAD_ERR_NO_FILE) {
        return 'office.no_file';
    }

    return $file['error'] === UPLOAD_ERR_OK && is_uploaded_file($file['tmp_name']) ? '' : 'office.too_large';
}

return [CONTROLLER_STATUS_OK];
