<?php

defined('BOOTSTRAP') or die('Access denied');

fn_register_hooks('change_order_status');
