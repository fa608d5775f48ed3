<?php

defined('BOOTSTRAP') or die('Access denied');

// What became of the refunds of this order that had no last word yet.
$mode === 'details' && $_SERVER['REQUEST_METHOD'] === 'GET' and fn_wasl_refund_visit((int) ($_GET['order_id'] ?? 0));
