<?php

namespace Wasl\Demo\CsCart;

?>
<div class="empty">
<div class="lanes" aria-hidden="true"><?php foreach (['buyer', 'gateway', 'wasl', 'shop'] as $lane) : ?><span class="lane <?= $lane ?>"><?= t("lane.$lane") ?></span><?php endforeach ?></div>
<p><?= t('board.empty') ?></p>
</div>
