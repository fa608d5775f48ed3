<?php

defined('BOOTSTRAP') or die('Access denied');

// Wasl's call is signed (see src/trust.php), and the other modes change nothing.
$schema['C']['controllers']['wasl'] = ['validate' => false];

return $schema;
