<?php

namespace Wasl\Demo\CsCart;

/** @var string $message */
?>
<article class="slip">
<h1><?= t($message) ?></h1>
<p><?= t("$message.text") ?></p>
<p><a class="act" href="/"><?= t('frame.home') ?></a></p>
</article>
