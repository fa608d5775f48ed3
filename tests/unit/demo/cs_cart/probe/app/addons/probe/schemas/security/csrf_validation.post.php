<?php

defined('BOOTSTRAP') or die('Access denied');

$schema['C']['controllers']['probe'] = ['validate' => false];
$schema['C']['controllers']['wasl'] = ['validate' => false];

return $schema;
