<?php

/** Runs the controllers of one page, those of add-ons around the core's own, and shows what they ask for. */

const DEMO_PAGES = __DIR__;

require_once __DIR__ . '/own_orders.php';

/**
 * One page. Ends by showing it, or with what the controllers asked for: elsewhere, denied, no such page, nothing.
 *
 * The order is CS-Cart's: every add-on's `<controller>.pre.php`, the core's controller, add-ons' own, then `.post.php`.
 */
function fn_dispatch($controller = '', $mode = '', $action = '', $dispatch_extra = '', $area = AREA)
{
    $files = fn_demo_controllers($controller, $area === 'A' ? 'backend' : 'frontend');
    $answer = [$files['is_known'] ? CONTROLLER_STATUS_OK : CONTROLLER_STATUS_NO_PAGE];
    foreach ($files['run'] as $file) {
        $told = fn_demo_run_controller($file, $controller, $mode, $action, $dispatch_extra);
        if (is_array($told) && isset($told[0])) {
            $answer = $told;
            if ($told[0] !== CONTROLLER_STATUS_OK) {
                break;
            }
        }
    }
    $view = Tygh::$app['view'];
    if ($answer[0] === CONTROLLER_STATUS_REDIRECT && !empty($answer[1])) {
        fn_redirect($answer[1], !empty($answer[2]));
    }
    if ($answer[0] === CONTROLLER_STATUS_NO_CONTENT) {
        exit;
    }
    $template = "views/$controller/$mode.tpl";
    if ($answer[0] === CONTROLLER_STATUS_DENIED || $answer[0] === CONTROLLER_STATUS_NO_PAGE || !$view->has($template)) {
        http_response_code($answer[0] === CONTROLLER_STATUS_DENIED ? 403 : 404);
        $view->assign('message', $answer[2] ?? 'message.no_page');
        $template = 'views/index/message.tpl';
    }
    $view->display($template);
    exit;
}

/** @return array{run: string[], is_known: bool} */
function fn_demo_controllers($controller, $area)
{
    $found = ['.pre' => [], '' => [], '.post' => []];
    if (!preg_match('/^\w+$/', $controller)) {
        return ['run' => [], 'is_known' => false];
    }
    $found[''] = array_filter([DEMO_PAGES . "/$area/$controller.php", DEMO_PAGES . "/common/$controller.php"], 'is_file');
    foreach (fn_demo_active_addons() as $addon) {
        foreach ($found as $part => $files) {
            foreach ([$area, 'common'] as $folder) {
                $file = DIR_ROOT . "/app/addons/$addon/controllers/$folder/$controller$part.php";
                if (is_file($file)) {
                    $found[$part][] = $file;
                }
            }
        }
    }

    return ['run' => array_merge($found['.pre'], $found[''], $found['.post']), 'is_known' => $found[''] !== []];
}

/** With the variables in scope that CS-Cart gives its controllers. */
function fn_demo_run_controller($file, $controller, $mode, $action, $dispatch_extra)
{
    $auth = &Tygh::$app['session']['auth'];

    return include $file;
}
