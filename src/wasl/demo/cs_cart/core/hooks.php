<?php

/** Hooks: an add-on's `fn_<addon>_<hook>` is called with the core's own variables, in order of priority. */

use Tygh\Registry;

/** @param string|array ...$hooks names, or [name, priority]. Which add-on asks is told by the calling file. */
function fn_register_hooks(...$hooks)
{
    $file = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, 1)[0]['file'];
    if (!preg_match('#/app/addons/([^/]+)/#', strtr($file, '\\', '/'), $found)) {
        return false;
    }
    $registered = Registry::get('hooks') ?? [];
    foreach ($hooks as $hook) {
        [$name, $priority] = (array) $hook + [1 => ''];
        $registered[$name][] = [
            'func' => "fn_$found[1]_$name",
            'addon' => $found[1],
            'priority' => $priority === '' ? (int) Registry::get("addons.$found[1].priority") : (int) $priority,
        ];
        usort($registered[$name], static fn ($one, $other) => $one['priority'] <=> $other['priority']);
    }
    Registry::set('hooks', $registered);
    return true;
}

/** @throws LogicException for a hook that was registered but not written, which the original reports as well */
function fn_set_hook($hook_name, &...$args)
{
    foreach (Registry::get('hooks')[$hook_name] ?? [] as $handler) {
        if (Registry::get("addons.$handler[addon].status") !== 'A') {
            continue;
        }
        if (!is_callable($handler['func'])) {
            throw new LogicException("Hook {$handler['func']} is not callable");
        }
        $handler['func'](...$args);
    }
    return true;
}
