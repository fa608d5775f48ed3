<?php

defined('BOOTSTRAP') or die('Access denied');

$wasl_modes = ['settle' => 'fn_wasl_door', 'return' => 'fn_wasl_return', 'progress' => 'fn_wasl_progress'];
return isset($wasl_modes[$mode]) ? $wasl_modes[$mode]($_GET) : [CONTROLLER_STATUS_NO_PAGE];
