<?php

defined('BOOTSTRAP') or die('Access denied');

header("Location: https://pay.example/page?order=$order_id&mode=$mode", true, 303);
exit;
