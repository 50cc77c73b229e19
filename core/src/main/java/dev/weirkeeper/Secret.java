package dev.weirkeeper;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a component of a tool's input or of settings that holds a secret. {@link Json#schemaOf}
 * then says {@code "writeOnly": true} of it, and {@link Redaction#redacted(Json, Json)} blanks it.
 *
 * <p>A record's own {@code toString} shows it all the same: do not print such records.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Secret {}
