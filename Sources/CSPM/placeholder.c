int cspm_placeholder;
