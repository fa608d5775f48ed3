<?php

/** A new method has the same form as one that exists. */

echo $view->fetch('views/payments/update.tpl');
