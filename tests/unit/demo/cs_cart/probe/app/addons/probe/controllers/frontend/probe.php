<?php

defined('BOOTSTRAP') or die('Access denied');

if ($mode === 'call') {
    list($function, $arguments) = json_decode(file_get_contents('php://input'), true);
    header('Content-Type: application/json');
    echo json_encode($function(...$arguments));
    exit;
}
return [CONTROLLER_STATUS_NO_PAGE];
